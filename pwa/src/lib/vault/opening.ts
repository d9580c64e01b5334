/** What a PIN needs, as one chunk: loaded while it is being typed. */
export * from '../data/lockup.ts'
export * from './pin.ts'
