import { messages } from './messages.ts'
import { team } from './team.vi.ts'

messages.add(team, () => import('./team.en.ts').then((module) => module.team))
