/** A chunk of its own: loaded while the PIN is being typed, and never before. */
export { argon2id } from 'hash-wasm'
