import { messages } from './messages.ts'
import { quality } from './quality.vi.ts'

messages.add(quality, () => import('./quality.en.ts').then((module) => module.quality))
