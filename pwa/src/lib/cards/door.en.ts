import type { DoorWords } from './door.ts'

export const door: DoorWords = {
  script: [
    'Good evening. My name is …, I am a youth volunteer of the digital literacy team of our ward. The group head, …, is with me.',
    'Please scan the code on this badge to see that we are who we say.',
    'We help with the phone, with VNeID and against fraud. It costs nothing.',
    'We never ask for a password or a one-time code, we photograph no identity card, and we do not hold your phone for you.',
    'Would you have fifteen minutes for us?',
  ],
  before: [
    'Blue shirt and badge; the QR code on it is still valid',
    'Two people or more, one of them from here',
    'The group head has announced us on Zalo or the loudspeaker',
    'Battery above 50%, the alley is on the phone',
    'Leaflets in large letters, the sheet of the three noes',
    'No list on paper with identity numbers',
  ],
  at: [
    'First ask what they want to learn',
    'Say what is written down and why; they agree or not',
    'Their own phone, their own finger',
    'One or two skills, never more than three',
    'They do it once more without a hint, then note the level',
    'The three noes: read out no code; tap no link and install no strange app; send no money in a hurry',
    'Make an appointment, or refer to who can help',
    "Leave a leaflet with the ward's number",
  ],
  after: [
    'Note the result right outside the door',
    'Answer what they asked, or pass it to who can',
    'Open the app when there is signal, so that it is sent',
    'At the end close the shift with the team lead: visited, not home, referred',
    'Delete every photo and private note',
  ],
  never: [
    'Do not go in when only children are home, or the owner is drunk',
    'No talk of land, policy or religion',
    'Sell no SIM, insurance or account',
    'Promise nothing in the name of the police',
  ],
  lines: ['VNeID: 1900 0368', 'Report spam and fraud calls: 156 or 5656'],
}
