import { days } from './support/days.ts'

days('sqlite', 1, 32)
