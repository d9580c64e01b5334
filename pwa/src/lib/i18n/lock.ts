import { messages } from './messages.ts'
import { lock } from './lock.vi.ts'

messages.add(lock, () => import('./lock.en.ts').then((module) => module.lock))
