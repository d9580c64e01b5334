import { messages } from './messages.ts'
import { open } from './open.vi.ts'

messages.add(open, () => import('./open.en.ts').then((module) => module.open))
