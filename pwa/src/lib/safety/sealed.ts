/** Everything that seals and delivers, as one chunk beside the first. */
export * from './courier.ts'
export * from './parcel.ts'
export * from './sealer.ts'
