import type { Card } from './card.ts'
import type { CardCode } from './codes.ts'

export const cards: Record<CardCode, Card> = {
  'DEV-01': {
    people: 'People new to a smartphone, or with weak eyes or ears.',
    steps: [
      { tell: 'Press the button on the side so that the screen lights up, then swipe up from the bottom to unlock.', resident: 'Press the side button, then swipe up.', picture: 'A finger presses the button on the side of a phone; the screen shows a lock and an arrow swiping up.' },
      { tell: 'Open Settings, drag the letters larger, turn the volume up until it is heard well.', resident: 'Open Settings: larger letters, louder sound.', picture: 'A settings screen with a small and a large letter A, a finger drags the slider; a loudspeaker beside it.' },
      { tell: 'Wherever you are lost, swipe up from the bottom edge or press the round button: that is the home screen.', resident: 'Lost? Swipe up to the home screen.', picture: 'A finger swipes up from the bottom edge; the phone beside it is back on the home screen with its icons.' },
      { tell: 'Below 20% of battery, plug it in; do not let the phone die.', resident: 'Below twenty per cent, plug it in.', picture: 'A phone with a red battery at 20% is connected by a cable to a socket.' },
    ],
    show: 'The screen is dark: they wake it and find the home screen without a word from you.',
    never: 'Never ask for, and never enter, their unlock code.',
  },
  'DEV-02': {
    people: 'Homes with Wi-Fi, or people who use the network outside.',
    steps: [
      { tell: 'Swipe down from the top edge, hold the Wi-Fi waves, choose the name of the home network.', resident: 'Swipe down, tap the Wi-Fi waves.', picture: 'An arrow swipes down; a finger taps the tile with the Wi-Fi waves in the panel at the top.' },
      { tell: 'Somebody of the home reads out the Wi-Fi password; they type it themselves and tap Connect.', resident: 'Family reads the Wi-Fi password, you type it.', picture: 'A family member says the Wi-Fi password; the field on the phone is filled with dots and the finger of the learner taps the button.' },
      { tell: 'Outside, turn on mobile data. Films cost a lot of data, so keep them for home.', resident: 'Outside: mobile data on. Films cost money.', picture: 'A finger turns on mobile data; beside it a film drops three coins.' },
      { tell: 'Do not open the banking app on the Wi-Fi of a café or a bus station.', resident: 'No banking on café or station Wi-Fi.', picture: 'A shop with Wi-Fi waves; the bank card on the phone is crossed out.' },
    ],
    show: 'They turn Wi-Fi off and on again and point at the waves that say it is connected.',
    never: 'Never type or write down the Wi-Fi password of the home.',
  },
  'DEV-03': {
    people: 'People about to install an app, or often sent links to install.',
    steps: [
      { tell: 'Install only from the shop that came with the phone: CH Play or App Store.', resident: 'Only use CH Play or App Store.', picture: 'A finger taps the shop icon, a bag, on the home screen.' },
      { tell: 'Type the name and read who made it. VNeID must be by the Ministry of Public Security.', resident: 'Type the name, check who made it.', picture: 'The line with the maker is ringed, an arrow leads to an official building with a tick.' },
      { tell: 'Only then tap Install. Never tap a link somebody sent in a message.', resident: 'Tap Install. Never tap links people send.', picture: 'A finger taps the Install button in the shop; a message with a link is crossed out.' },
      { tell: 'Once a month open the shop and tap Update.', resident: 'Tap Update once a month.', picture: 'A finger taps the Update button beside an app; a calendar shows day 1.' },
    ],
    show: 'They find an app in the shop and point at the name of who made it.',
    never: 'Never install from a link or a strange file, never sign in to the shop for them.',
  },
  'INF-01': {
    people: 'People who read news a lot or pass it on to groups.',
    steps: [
      { tell: 'Tap the box with the magnifier and type, or tap the microphone and say what you look for.', resident: 'Tap the magnifier, type or say it.', picture: 'A finger taps the microphone in the search box; an old woman is speaking.' },
      { tell: 'Choose a page that ends in .gov.vn or a well-known newspaper. Leave strange pages.', resident: 'Choose .gov.vn pages or known newspapers.', picture: 'The page ending in .gov.vn has a tick, the page with three question marks a cross.' },
      { tell: 'Open one more place and see whether both say the same.', resident: 'Compare two places before believing.', picture: 'Two phones with the same news, an equals sign between them.' },
      { tell: 'While in doubt, do not tap Share.', resident: 'Not sure? Do not share.', picture: 'News with a question mark; the share button is crossed out, a hand says stop.' },
    ],
    show: 'They find a piece of news and say which page can be trusted, and why.',
  },
  'INF-02': {
    people: 'People who want to ask an AI assistant on their phone.',
    steps: [
      { tell: 'Ask as you would ask a person: short and clear. Type, or tap the microphone and speak.', resident: 'Ask short and clear, like a person.', picture: 'An old woman speaks into the microphone; the screen shows her question and the answer.' },
      { tell: 'Never put in an identity number, a password or medical papers.', resident: 'No identity number, password, medical papers.', picture: 'An identity card, a key and a medical paper each have a cross and do not go into the box.' },
      { tell: 'About medicine, ask a doctor again; about the law, ask an official.', resident: 'Medicine or law: ask a doctor or official.', picture: 'From the answer about pills and law, arrows lead to a doctor and an official.' },
      { tell: 'It may sound sure and still be wrong. Check whatever matters.', resident: 'It can be wrong. Check again.', picture: 'The machine answers 2 plus 2 is 5, with a cross; a magnifier beside it.' },
    ],
    show: 'They ask a question of their own and say what must not be put in.',
    never: 'Never type private things into the box for them.',
  },
  'INF-03': {
    people: 'People who want to learn more and have a level 2 VNeID.',
    steps: [
      { tell: 'Open binhdanhocvuso.gov.vn and sign in with their own VNeID.', resident: 'Open the page, sign in with VNeID.', picture: 'A finger taps the sign-in button under a book; beside it a shield with a key.' },
      { tell: 'Choose a short lesson that helps with something they need.', resident: 'Choose a short lesson that suits you.', picture: 'A list of three lessons, the middle one ringed and tapped; a clock says 5 minutes.' },
      { tell: 'Watch it to the end, then answer the question.', resident: 'Watch, then answer the question.', picture: 'Under a film there are three answers, a finger chooses the middle one.' },
      { tell: 'One lesson a week, on a fixed evening so that it is easy to remember.', resident: 'One lesson every week.', picture: 'A calendar of three weeks, each ending in a tick; a book beside it.' },
    ],
    show: 'They open the page, enter a lesson and start it.',
    never: 'Never type or look at their VNeID password or code.',
  },
  'COM-01': {
    people: 'People who want to see their family while calling, and hear from the group.',
    steps: [
      { tell: 'Open Zalo, choose the name of a child, tap the camera sign to call and see the face.', resident: 'Choose the name, tap the camera sign.', picture: 'A finger taps the video sign in the upper corner; the face of a child appears beside it.' },
      { tell: 'Open the group of the neighbourhood for news. The group head can add you.', resident: 'Open the neighbourhood group for news.', picture: 'A finger taps a message with a loudspeaker in the group; four neighbours beside it.' },
      { tell: 'Somebody asks to borrow money? Call the number you know; believe the voice, not the message.', resident: 'Asked for money? Call the number you know.', picture: 'A message asks for money with a question mark; an arrow leads to a call answered by the family.' },
      { tell: 'Refuse strangers who want to be friends; do not tap Accept.', resident: 'Refuse friend requests from strangers.', picture: 'A hooded stranger asks to be a friend; accept is crossed out, a finger taps refuse.' },
    ],
    show: 'They call somebody of the family with a picture and end the call themselves.',
    never: 'Never read their messages or look through their contacts.',
  },
  'COM-02': {
    people: 'People who want to report a broken lamp, rubbish, floods or potholes.',
    steps: [
      { tell: 'Take a picture of the damage. No faces, no number plates.', resident: 'Photograph the damage, no faces.', picture: 'The camera of a phone looks at a pothole, a finger on the shutter; a face is crossed out.' },
      { tell: 'Open the feedback channel of the ward or the city.', resident: "Open the ward's feedback channel.", picture: 'A finger taps a tile with a loudspeaker; an arrow leads to the ward office.' },
      { tell: 'Write one sentence, say where, tap Send.', resident: 'One sentence, where it is, tap Send.', picture: 'A box for text, a box for the place with a red pin, and a finger on the Send button.' },
      { tell: 'Look again after a few days for the answer.', resident: 'Look for the answer after some days.', picture: "A calendar with an arrow down; on the phone an official's answer with a tick." },
    ],
    show: 'They get as far as the Send button alone and know where the answer will be.',
    never: 'Never send it from your own phone or account.',
  },
  'IDN-01': {
    people: 'People who applied for level 2 with the police and got the approval message.',
    steps: [
      { tell: 'When the message says it is approved, open VNeID and tap Activate.', resident: 'Approved? Open VNeID, tap Activate.', picture: 'A message with a tick; a finger taps the Activate button.' },
      { tell: 'They type the identity number and the phone number. You do not look.', resident: 'Type your identity and phone number yourself.', picture: "The learner's finger types two covered fields; the volunteer stands aside, an eye is crossed out." },
      { tell: 'The one-time code comes to their phone: they type it and read it to nobody, not to you.', resident: 'Type the code yourself, tell nobody.', picture: 'The learner types a one-time code into six boxes; a stranger asking for it is crossed out.' },
      { tell: 'They choose a password and a six-digit code, write them on paper and put it away.', resident: 'Choose a password, write it, hide it.', picture: 'A finger types a covered password; the paper with the key goes into a locked envelope.' },
    ],
    show: 'They sign out and get back into VNeID without a hint.',
    never: 'Never ask for, look at or type the identity number, codes or passwords. Never hold their phone.',
  },
  'IDN-02': {
    people: 'People with an active level 2 who have to show papers.',
    steps: [
      { tell: 'Open VNeID with a fingerprint or the six-digit code. You turn away.', resident: 'Open VNeID: fingerprint or your code.', picture: 'A finger lies on a fingerprint; an eye beside it is crossed out.' },
      { tell: 'Tap the document wallet, choose the electronic identity card.', resident: 'Tap the wallet, choose the identity card.', picture: 'In the wallet an identity card is ringed and a finger taps it.' },
      { tell: 'Show the screen to an official. Do not hand over the phone, allow no photograph.', resident: 'Show the screen, allow no photograph.', picture: 'An officer looks at a screen with an identity card; a camera is crossed out.' },
      { tell: 'When done, tap Sign out.', resident: 'When done, sign out.', picture: 'A finger taps a red sign-out button; a lock beside it.' },
    ],
    show: 'They open the electronic identity card and sign out again, alone.',
    never: 'Never look at the code, photograph the screen or write the number down.',
  },
  'IDN-03': {
    people: 'People whose health insurance or driving licence is not on VNeID yet.',
    steps: [
      { tell: 'Open the document wallet and tap Add information.', resident: 'Open the wallet, tap Add information.', picture: 'In the wallet a finger taps the add button with a plus.' },
      { tell: 'Choose the kind of paper; they type the number exactly as printed.', resident: 'Choose the paper, type its number.', picture: 'An insurance card and a licence; an arrow from the number on the licence to the field on the phone.' },
      { tell: 'Tap Send and wait for the notice. It can take some days.', resident: 'Tap Send and wait.', picture: 'A finger taps Send; arrows lead to a clock and then to a bell.' },
      { tell: 'If it says no data was found, ask the office that issued the paper.', resident: 'Not found? Ask the issuing office.', picture: 'The phone shows a magnifier with a question mark; an arrow leads to the insurance office.' },
    ],
    show: 'They reach the Add page and say which papers are there and which are not.',
    never: 'Never type, write down or photograph the numbers on their papers.',
  },
  'IDN-04': {
    people: 'People who forgot the VNeID password or changed phones.',
    steps: [
      { tell: 'Tap Forgot password; they type what is asked.', resident: 'Tap Forgot password, type it yourself.', picture: 'The line Forgot password is ringed and tapped; a key with a question mark.' },
      { tell: 'The code goes to the registered number. A new phone may read the identity card held to its back.', resident: 'Use the code, or hold your card behind.', picture: 'One phone receives a code; on the back of the other waves are drawn and an identity card is held to it.' },
      { tell: 'If it fails, take the card to the ward police or call 1900 0368.', resident: 'If it fails: ward police or the hotline.', picture: 'The police station, an officer and an identity card; a phone beside them calls the hotline 1900 0368.' },
      { tell: 'Never use a "recovery service" from the internet.', resident: 'Never use services from the internet.', picture: 'A stranger offers a key for money; a cross and a hand that says stop.' },
    ],
    show: 'They get back into VNeID, or say where to go and what to bring.',
    never: 'Never look at the code, never read their card with your own phone.',
  },
  'IDN-05': {
    people: 'Everybody with VNeID or a bank on the phone.',
    steps: [
      { tell: "Borrow a relative's phone and lock the accounts from there, by themselves.", resident: "Use a relative's phone, lock accounts now.", picture: 'A worried old woman without her phone, a relative lends another; a finger taps Lock.' },
      { tell: 'Tell the ward police so that VNeID is locked.', resident: 'Tell the police to lock VNeID.', picture: 'An old woman tells an officer at the desk about the lost phone.' },
      { tell: 'Call the bank to lock the account and the operator to lock the SIM.', resident: 'Call the bank and the phone company.', picture: 'From a call button two arrows lead to a locked bank card and a locked SIM.' },
    ],
    show: 'They name the three things in order and point at where the numbers are written.',
    never: 'Never ask for account numbers, never keep their paper with passwords.',
  },
  'IDN-06': {
    people: 'People with welfare money or a pension, or who want their health book.',
    steps: [
      { tell: 'Open VNeID and find Social welfare or Health book.', resident: 'Open VNeID: Social welfare or Health book.', picture: 'Two large entries, a banknote and a heart; a finger taps the welfare money.' },
      { tell: 'They read it alone. You turn away and write no account number.', resident: 'You read it; we do not look.', picture: 'An old man reads his phone; the volunteer has turned away, a notebook is crossed out.' },
      { tell: 'If something is wrong, ask an official of the ward.', resident: 'Something wrong? Ask a ward official.', picture: 'One line is ringed in red with a cross; an official answers a question about a paper.' },
    ],
    show: 'They open what they need and close it again, alone.',
    never: 'Never look at or write down account numbers, amounts or illnesses.',
  },
  'DVC-01': {
    people: 'People who need papers and would rather not travel.',
    steps: [
      { tell: 'Type dichvucong.gov.vn and read it again letter by letter.', resident: 'Type dichvucong.gov.vn, check every letter.', picture: 'The address dichvucong.gov.vn on the screen, a magnifier over its ending .gov.vn.' },
      { tell: 'Choose signing in with VNeID; they scan the code on the screen.', resident: 'Choose VNeID, scan the code yourself.', picture: 'A phone scans the square code on a computer; an eye is crossed out.' },
      { tell: 'Look for the matter in everyday words, for example: birth certificate.', resident: 'Type what you need in everyday words.', picture: 'A woman says "khai sinh", a birth; the search box has the same words.' },
      { tell: 'Save the page so that one tap opens it next time.', resident: 'Save the page for next time.', picture: 'A finger taps the bookmark at the end of the address bar.' },
    ],
    show: 'They open the page, sign in and find a matter, alone.',
    never: 'Never sign in with your own account, never scan or type codes for them.',
  },
  'DVC-02': {
    people: 'People who can sign in and have an application to file.',
    steps: [
      { tell: 'Read which papers are needed and tick what is there.', resident: 'See which papers you need.', picture: 'A list of papers ticked one by one; sheets and a card beside it.' },
      { tell: 'Fill in box by box. They photograph their papers and upload from their own phone.', resident: 'Fill in, upload photos from your phone.', picture: 'Filled boxes; a finger taps a camera and a plus to upload a sheet.' },
      { tell: 'Tap Submit and write the file code on paper.', resident: 'Tap Submit, write down the code.', picture: 'A finger taps the Submit button; a paper with the file code and a pencil.' },
      { tell: 'Open it again after some days to see how far it is.', resident: 'Look again in some days.', picture: 'A calendar; on the phone three steps of the file, two ticked, the last one waiting.' },
    ],
    show: 'They fill in and submit, then open it again to see how far it is.',
    never: 'Never photograph their papers with your phone, never type the identity number.',
  },
  'DVC-03': {
    people: 'Homes with guests overnight, lodgers or family moving in.',
    steps: [
      { tell: 'Open VNeID and choose Administrative procedures.', resident: 'Open VNeID, Administrative procedures.', picture: 'A finger taps the entry with a sheet of paper in a list.' },
      { tell: 'A few nights: Notice of stay. Longer: Temporary residence.', resident: 'Choose Notice of stay or Temporary residence.', picture: 'Two choices: a moon for a night, a house for a longer stay; a house and a guest beside them.' },
      { tell: 'They fill in who comes and on which day.', resident: 'Fill in who comes and when.', picture: 'A guest with a suitcase before a house; on the phone a box for the name and a box for the day.' },
      { tell: 'Send it before the hour set by the rules. If stuck, ask the area officer.', resident: 'Send in time. Stuck? Ask the officer.', picture: 'A clock and a finger on the Send button; an officer answers a question about a home.' },
    ],
    show: 'They open the right entry and get as far as the day of arrival.',
    never: 'Never write down names or identity numbers of guests.',
  },
  'PAY-01': {
    people: 'People with a bank account who want to pay by QR code.',
    steps: [
      { tell: 'Open their own banking app, tap Scan, point it at the code.', resident: 'Open your bank, tap Scan.', picture: 'A finger taps the Scan button; an arrow points to a stand with a QR code.' },
      { tell: 'Check the name of the receiver first, then type the amount.', resident: 'Check the name, then the amount.', picture: "The seller's name is ringed and looked at first; the amount comes second." },
      { tell: 'They confirm. Nobody else holds the phone, not even you.', resident: 'Confirm yourself, let nobody hold it.', picture: "The learner's finger taps Confirm; another hand has a cross." },
      { tell: 'Wait for the message of success before leaving.', resident: 'Wait for the success message.', picture: 'The screen shows a large tick, a bell rings.' },
    ],
    show: 'They scan, read the name aloud, then stop there or pay a small sum.',
    never: 'Never ask for the bank, the balance, a PIN or a code. Never hold their phone.',
  },
  'PAY-02': {
    people: 'People who pay for electricity and water every month.',
    steps: [
      { tell: 'Open Pay bills and choose electricity or water.', resident: 'Open Pay bills: electricity or water.', picture: 'A finger taps the bills entry; a bolt and a drop of water beside it.' },
      { tell: 'They type the customer code printed on the bill.', resident: 'Type the customer code on the bill.', picture: 'The code on the electricity bill is ringed, an arrow leads to the field on the phone.' },
      { tell: 'Check that it is the name of the home before paying.', resident: 'Check the name, then pay.', picture: 'The line with the name of the home is ringed and looked at; a house beside it.' },
      { tell: 'Tap Save so that nothing is typed next month.', resident: 'Tap Save for next month.', picture: 'A finger taps the Save button; a calendar with a bolt and a drop.' },
    ],
    show: 'They open the bill of the home and point at name and amount before paying.',
    never: 'Never ask for account numbers, passwords or codes. Never pay from your phone.',
  },
  'PAY-03': {
    people: 'Small traders at the market or in the street.',
    steps: [
      { tell: 'Ask the bank for a QR stand with the right name on it.', resident: 'Get a QR stand in your name.', picture: 'A bank clerk hands a QR stand to a seller.' },
      { tell: 'Turn on notices of money received, or use a speaker that says it.', resident: 'Turn on money notices or a speaker.', picture: 'A phone shows two notices of money; a speaker sounds.' },
      { tell: 'No money seen, no goods given, whatever picture the customer shows.', resident: 'No money yet, no goods yet.', picture: 'The phone still waits, the money has a question mark; the bag is crossed out, the seller keeps it.' },
      { tell: 'Every morning check that no other code is stuck over the stand.', resident: 'Check the QR stand every morning.', picture: 'A code with a red edge is stuck over the stand; a magnifier, the morning sun.' },
    ],
    show: 'The seller receives a small sum as a test and points at where it is announced.',
    never: 'Never ask for account numbers, takings or a PIN.',
  },
  'BUY-01': {
    people: 'People who want to shop online but fear being cheated.',
    steps: [
      { tell: 'Choose a known marketplace, read the reviews, compare two prices. Too cheap is suspect.', resident: 'Known shop; compare two prices.', picture: 'The same shirt on two phones: one with many stars, one with few and too cheap.' },
      { tell: 'Choose to pay on delivery.', resident: 'Choose to pay on delivery.', picture: 'A finger chooses the box with a house and a coin, not the one with a card; a parcel comes home.' },
      { tell: 'If the seller wants a transfer outside the marketplace, do not send it.', resident: 'Never pay outside the marketplace.', picture: 'A seller asks for a transfer; the arrow of money to a stranger has a cross.' },
      { tell: 'Open and check the goods first, then pay.', resident: 'Check the goods, then pay.', picture: 'An old woman looks at the shirt in the box first, then the money goes to the courier.' },
    ],
    show: 'They get as far as choosing to pay on delivery, without ordering.',
    never: 'Never order for them, never put their card or address into your phone.',
  },
  'BUY-02': {
    people: 'Household businesses and people who want to sell online.',
    steps: [
      { tell: 'Take a clear picture and state the true price.', resident: 'Clear picture, true price.', picture: 'A phone photographs a shirt; the shirt and a price tag beside it.' },
      { tell: 'Post on one channel first; add others later.', resident: 'Post on one channel first.', picture: 'A finger taps the Post button; an arrow leads to a stall.' },
      { tell: 'Install eTax Mobile from the official shop and sign in with VNeID.', resident: 'Install eTax Mobile from the official shop.', picture: 'A finger taps Install; the app shop and a shield with a tick.' },
      { tell: 'About invoices, ask a tax officer.', resident: 'Invoices? Ask a tax officer.', picture: 'A seller asks about an invoice, the official across the table answers.' },
    ],
    show: 'The seller posts one article and opens eTax Mobile alone.',
    never: 'Never ask for the tax code or the takings. Never file for them.',
  },
  'SEC-01': {
    people: 'Everybody, above all older people alone with the phone.',
    steps: [
      { tell: 'The police do not work by telephone and never tell anybody to install an app.', resident: 'Police do not work by telephone.', picture: 'A stranger in a false cap calls and asks to download an app, with a cross; beside a real officer a receiver is crossed out.' },
      { tell: 'Threats or hurry: hang up. Nobody owes a swindler politeness.', resident: 'Threats or hurry? Hang up.', picture: 'A finger taps the red button to hang up; the threat has an exclamation mark and a clock.' },
      { tell: 'Call the number of the ward, or go there and ask.', resident: 'Call the ward, or go there.', picture: 'An old woman calls, then meets an officer; the station is behind them.' },
      { tell: 'Tell family and neighbours so that they are warned.', resident: 'Tell your family about it.', picture: 'An old woman tells her son and grandchild about a suspicious call.' },
    ],
    show: 'You play the caller who threatens: they hang up and say whom they will call.',
    never: 'Never test them by asking for real codes or money.',
  },
  'SEC-02': {
    people: 'Everybody with a phone.',
    steps: [
      { tell: 'A one-time code is like the key of the home: nobody gets it, not even a volunteer.', resident: 'A code is your house key. Tell nobody.', picture: 'A message with a code equals the key of a house; a hand refuses to give it.' },
      { tell: 'The password of the bank and the one of VNeID must differ.', resident: 'Bank and VNeID: two different passwords.', picture: 'A bank card with a blue key, an identity card with a red key, and a sign for different between them.' },
      { tell: 'Do not look into the camera or turn your face because a stranger says so.', resident: 'No camera when a stranger asks.', picture: 'A face in a camera frame is crossed out; a stranger asks to look into the phone.' },
    ],
    show: 'You ask for the code: they refuse at once and can say why.',
    never: 'Never ask for a real password or code, never photograph their face.',
  },
  'SEC-03': {
    people: 'People who have just tapped something, or want to be prepared.',
    steps: [
      { tell: 'Switch off or turn on airplane mode at once, so that nobody gets into the phone.', resident: 'Switch off or airplane mode, now.', picture: 'A finger taps the airplane, the power button is above it; a strange app has a cross, the signal is cut.' },
      { tell: 'Use another phone to call the bank and lock the account.', resident: 'Another phone: call the bank.', picture: 'The old phone lies aside; a woman calls from another, the bank card is locked.' },
      { tell: 'Tell the ward police. Keep the message, do not delete it.', resident: 'Tell the police, keep the message.', picture: 'The message with the link is kept with a lock; an arrow leads to an officer.' },
      { tell: 'Have somebody they trust reset the phone, then change every password themselves.', resident: 'Reset the phone, change your passwords.', picture: 'A phone is being reset; after it a paper with a new key.' },
    ],
    show: 'They turn on airplane mode and name the three things to do next.',
    never: 'Never reset the phone yourself, never read their messages from the bank.',
  },
  'LOC-01': {
    people: 'People with health insurance who want their book or an appointment.',
    steps: [
      { tell: 'Install VssID or the health book from the official shop.', resident: 'Install from the official shop.', picture: 'An app with a heart in the shop, a finger taps Install; a tick.' },
      { tell: 'They sign in with VNeID.', resident: 'Sign in with VNeID yourself.', picture: 'A finger taps the sign-in button with a shield; an eye is crossed out.' },
      { tell: 'Look at the insurance card and past visits; book one if they like.', resident: 'See your insurance card and visits.', picture: 'The insurance card on top, days of visits below, a finger taps one; a doctor beside it.' },
      { tell: 'Illness is private: turn away while they read.', resident: 'Illness is private. We do not look.', picture: 'An old woman reads a phone with a heart; the volunteer has turned away.' },
    ],
    show: 'They open the insurance card on their phone, alone.',
    never: 'Never look at or ask about illness, never write down the insurance number.',
  },
  'LOC-02': {
    people: 'Parents and grandparents of schoolchildren.',
    steps: [
      { tell: 'Ask the teacher which app the school uses.', resident: "Ask the teacher for the app's name.", picture: 'A mother asks about a book, the teacher points at an app; a child between them.' },
      { tell: 'Install that one and sign in with the account from the school.', resident: 'Install it, sign in with school account.', picture: 'A box for the name and a covered password, a finger taps Enter; a school beside it.' },
      { tell: 'Look at the notices every evening.', resident: 'Read the notices every evening.', picture: 'A list of notices, a finger taps the first; a moon and an evening clock.' },
      { tell: 'No phone for the child late at night.', resident: 'No phone for children late at night.', picture: 'At night a child sleeps; the phone is crossed out.' },
    ],
    show: 'The parent opens the newest notice of the class, alone.',
    never: "Never ask for the password, never look at the child's marks.",
  },
}
