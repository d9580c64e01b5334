import { messages } from './messages.ts'
import { join } from './join.vi.ts'

messages.add(join, () => import('./join.en.ts').then((module) => module.join))
