import { days } from './support/days.ts'

days('postgres', 33, 60)
