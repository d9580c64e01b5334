import { messages } from './messages.ts'
import { more } from './more.vi.ts'

messages.add(more, () => import('./more.en.ts').then((module) => module.more))
