import type { Card } from './card.ts'
import type { ScamCode } from './scams.ts'

export const scams: Record<ScamCode, Card> = {
  fake_officer: {
    people: 'Anybody may be called, above all older people alone at home.',
    steps: [
      { tell: 'Somebody calls as police or ward staff, presses for an update of VNeID, identity or addresses, and sends a link to install.', resident: 'Police who press by telephone about VNeID: a fraud.', picture: 'A stranger in a false cap calls, with a clock and a link; an old woman is worried.' },
      { tell: 'Hang up. To know for sure, go to the ward police. They never do VNeID by telephone.', resident: 'Hang up and go to the ward police.', picture: 'A finger taps the red button; an arrow leads to an officer at the station.' },
      { tell: 'Installed it? Switch off or airplane mode, call the bank from another phone to lock the account, then tell the ward police.', resident: 'Installed? Switch off, call the bank, tell the police.', picture: 'A phone is switched off; then a call, a locked bank card and an officer.' },
    ],
    show: 'You play the caller from the police: they hang up and say where they will ask.',
    never: 'Never have them call that number back, never read their messages.',
  },
  fake_app: {
    people: 'People with a smartphone who get links by message or Zalo.',
    steps: [
      { tell: 'Somebody sends a link or a strange file to install VNeID or public services. A false app takes over the whole phone.', resident: 'A link or file to install VNeID: do not tap.', picture: 'A message with a download link, a finger stops, a forbidden sign above it.' },
      { tell: 'Install only from the App Store or Google Play, and look at who made it. VNeID is by the Ministry of Public Security.', resident: 'Install only from App Store or Google Play.', picture: 'A shop bag with a tick and the shield of the real app; a downloaded file has a cross.' },
      { tell: 'Installed it? Switch off or airplane mode at once. Call the bank from another phone, then tell the ward police.', resident: 'Installed? Airplane mode, call the bank, tell the police.', picture: 'A finger turns on airplane mode, the signal is cut; an officer stands beside.' },
    ],
    show: 'They open the shop on their phone and point at who made VNeID.',
    never: 'Never try a strange link, never remove apps for them.',
  },
  small_fee: {
    people: 'People who wait for papers or parcels, or often apply online.',
    steps: [
      { tell: 'A message asks for a small fee, such as 22,000 dong, by a link, to receive papers or a parcel.', resident: 'A small fee by a link: do not tap.', picture: 'A message with a link and a small coin; behind it the whole wallet is pulled away.' },
      { tell: 'Give no card number, no code. Real fees are paid at the one-stop desk or the public service portal, with a receipt.', resident: 'Real fees: one-stop desk or the official portal.', picture: 'A clerk at the one-stop desk gives a receipt; an arrow from the coin to the desk, a tick.' },
      { tell: 'Gave the card number? Call the bank to lock the card now. Keep the message, tell the ward police.', resident: 'Gave it? Call the bank, tell the police.', picture: 'A woman calls the bank, the card is locked; the message is kept.' },
    ],
    show: 'They say where real fees are paid and who gives a receipt.',
    never: 'Never ask for a card number, never type any number for them.',
  },
  camera_face: {
    people: 'People with a bank account on the phone.',
    steps: [
      { tell: 'A video call tells them to look into the camera, turn left and right, and read numbers to verify the face.', resident: 'A video call about your face: do not follow.', picture: 'A face in a camera frame; a stranger signals to turn left and right.' },
      { tell: 'Hang up, lay the phone face down. Face and fingerprints are taken only in front of the ward police.', resident: 'Hang up. Only in front of the police.', picture: 'A phone lies face down; an officer with a camera at the station.' },
      { tell: 'Followed it? Call the bank to lock the account, change passwords on another phone, tell the ward police.', resident: 'Done it? Call the bank, change passwords, tell police.', picture: 'A call to the bank, a new key, and an officer.' },
    ],
    show: 'You pretend to ask for a look into the phone: they lay it face down and say why.',
    never: 'Never photograph or film them, not even to show how.',
  },
  fake_service: {
    people: 'People who pay for power, insurance, or have children at school.',
    steps: [
      { tell: 'Power company, social insurance, tax, bank, teacher: threats of a power cut or tax debt, or news of a refund.', resident: 'Power cut, tax debt, refund by phone: beware.', picture: 'A stranger calls amid a bolt, scales and a book; an old man is worried.' },
      { tell: 'Hang up. Call the number printed on the bill or on the back of the card, or ask the teacher at school.', resident: 'Hang up, call the number printed on the bill.', picture: 'A bill with a ringed phone number; an old man calls it himself.' },
      { tell: 'Paid or installed something? Switch the phone off, call the bank to hold the money, tell the ward police.', resident: 'Paid? Call the bank, tell the police.', picture: 'A coin on its way is held at the bank; an officer takes note.' },
    ],
    show: 'They take a bill and point at the printed phone number.',
    never: 'Never read out or copy a customer code or card number.',
  },
  fake_transfer: {
    people: 'Sellers at the market and along the street.',
    steps: [
      { tell: 'A customer shows a picture of a transfer. Or in the morning another QR code is glued over the one of the stall.', resident: 'Pictures of transfers, glued QR codes: may be false.', picture: 'A customer holds up a picture with a tick; a slip is glued across the QR code of the stall.' },
      { tell: 'Hand over goods only when the own phone tells of the money. Scan the code every morning and look for the own name.', resident: 'Goods only when your own phone says paid.', picture: 'The speaker at the stall tells of money; the seller looks at her own phone, a tick.' },
      { tell: 'A code glued over? Take it off, have the bank make a new one, tell the ward police.', resident: 'Take it off, ask the bank, tell police.', picture: 'A false code is taken off, the new one has a tick; police and bank beside.' },
    ],
    show: 'The seller scans the code of the stall and reads the right name.',
    never: 'Never send test money from the seller’s phone, never look at the balance.',
  },
  easy_money: {
    people: 'People who look for work, people with savings.',
    steps: [
      { tell: 'Light work with high pay, orders with commission, investments with large gains. The first time they really pay, to be trusted.', resident: 'Light work, high gains, pay first: a fraud.', picture: 'A stranger drops a small coin first, a large bag waits behind; arrows of money go up.' },
      { tell: 'Pay nothing in, lend no account. Ask family or the ward police before deciding.', resident: 'Pay nothing in. Ask the police first.', picture: 'A hand refuses; family and an officer talk together.' },
      { tell: 'Paid in? Stop, do not pay more to get it back. Call the bank, keep the messages, tell the ward police.', resident: 'Paid in? Stop, call the bank, tell police.', picture: 'The stream of money is stopped by a forbidden sign; a call to the bank, messages kept.' },
    ],
    show: 'They name two signs: unusual gains and paying in first.',
    never: 'Never ask how much money they have or where it is.',
  },
  family_crisis: {
    people: 'Every home with family far away.',
    steps: [
      { tell: 'A child in hospital, a friend who needs money at once. Voice and face on the phone may be false too.', resident: 'Child in hospital, money at once: wait.', picture: 'A call with a heart and a clock; the face on the phone has a question mark.' },
      { tell: 'Hang up. Call the number they know, or somebody else of the family, and ask.', resident: 'Hang up, call the number you know.', picture: 'An old woman calls her son back, he is well, a tick.' },
      { tell: 'Sent money? Call the bank at once to hold it, tell the ward police and whoever lost the account.', resident: 'Sent it? Call the bank now, tell police.', picture: 'A clock runs, a woman calls the bank; police and family are told.' },
    ],
    show: 'They choose somebody of the family whom they will call to ask.',
    never: 'Never write down the phone numbers of their family.',
  },
}
