/** Words about frauds: the cards of them, and the warnings of the ward police. */
import type { scam as vi } from './scam.vi.ts'

export const scam: Record<keyof typeof vi, string> = {
  'scam.title': 'Against fraud',
  'scam.sub': 'Choose a fraud and tell them about it.',
  'scam.open': 'Against fraud',
  'scam.now': 'A warning is out',
  'scam.missing': 'The card cannot be opened yet. Try again with a network.',
  'alert.line': 'Warning: {kind}',
  'alert.title': 'Warnings',
  'alert.more': 'and {n} more',
  'alert.ward': 'The whole ward',
  'alert.from': 'The ward police told on {day}, until the end of {until}.',
  'alert.card': 'Open the card to tell about it',
  'alert.read': 'Read',
  'scam.kind.fake_officer': 'False police or ward staff',
  'scam.kind.fake_app': 'False apps and links',
  'scam.kind.small_fee': 'A small fee by a link',
  'scam.kind.camera_face': 'Look into the camera',
  'scam.kind.fake_service': 'False power company, insurance, tax',
  'scam.kind.fake_transfer': 'False transfers, glued QR codes',
  'scam.kind.easy_money': 'Easy work, investments',
  'scam.kind.family_crisis': 'Family in hospital, money at once',
  'scam.kind.other': 'Another fraud',
}
