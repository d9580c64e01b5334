import { messages } from './messages.ts'
import { police } from './police.vi.ts'

messages.add(police, () => import('./police.en.ts').then((module) => module.police))
