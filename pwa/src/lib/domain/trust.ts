/** Where a resident asks whether a visitor was sent: the page of the ward that answers yes or no. */
export const CHECK_PATH = '/kiem-tra'

/** What the code on a badge leads to. */
export const checkLink = (origin: string, token: string | null | undefined): string => (token ? `${origin}${CHECK_PATH}/t/${token}` : `${origin}${CHECK_PATH}`)

/** The address a resident types in: without what a browser puts there by itself. */
export const checkAddress = (origin: string): string => `${origin.replace(/^https?:\/\//, '')}${CHECK_PATH}`

/** "417 208": read aloud in two halves. */
export const writeNumber = (number: string): string => (number.length === 6 ? `${number.slice(0, 3)} ${number.slice(3)}` : number)
