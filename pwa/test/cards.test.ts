import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cardIn, type Card } from '../src/lib/cards/card.ts'
import { cards as en } from '../src/lib/cards/cards.en.ts'
import { cards as vi } from '../src/lib/cards/cards.vi.ts'
import { CARD_CODES, hasCard, type CardCode } from '../src/lib/cards/codes.ts'
import { ADDRESSES, address, doorIn } from '../src/lib/cards/door.ts'
import { HEIGHT, WIDTH, type Scene } from '../src/lib/cards/drawing.ts'
import { hasScamCard, SCAM_CODES, scamIn, type ScamCode } from '../src/lib/cards/scams.ts'
import { scams as scamsEn } from '../src/lib/cards/scams.en.ts'
import { scams as scamsVi } from '../src/lib/cards/scams.vi.ts'
import { retold, scamScenes } from '../src/lib/cards/scenes-scam.ts'
import { SCAM_KINDS } from '../src/lib/domain/alert.ts'
import { scenes as scenesOf, tryAlone } from '../src/lib/cards/scenes.ts'
import { ReadAloud, type Speaker } from '../src/lib/cards/speech.svelte.ts'
import { draftOf } from '../src/lib/data/drafts.ts'
import { Database } from '../src/lib/data/db.ts'
import { more as more_en } from '../src/lib/i18n/more.en.ts'
import { more as more_vi } from '../src/lib/i18n/more.vi.ts'
import { CoachForm } from '../src/routes/phone/coach-form.svelte.ts'
import { OpenCard } from '../src/routes/phone/cards/open-card.svelte.ts'
import { FakeClock } from './fakes/phone.ts'
import { unlocked } from './fakes/keys.ts'

const catalogue = JSON.parse(readFileSync(new URL('../../crates/demo/catalogue/skills.json', import.meta.url), 'utf8')) as Array<{ code: string }>
const LANGUAGES = { vi, en }
const drawingsOf = (code: CardCode): readonly Scene[] => scenesOf[code]()
const all = (Object.keys(LANGUAGES) as Array<keyof typeof LANGUAGES>).flatMap((language) =>
  CARD_CODES.map((code) => [`${code} in ${language}`, code, LANGUAGES[language][code]] as [string, CardCode, Card]),
)
const texts = (card: Card): string[] => [card.people, card.show, card.never ?? '', ...card.steps.flatMap((step) => Object.values(step) as string[])]

/** The elements Drawing.svelte makes of a scene, as a page would hold them. */
function markup(scene: Scene): string {
  return scene
    .map((piece) => {
      if ('d' in piece) {
        const paint = [piece.fill && `f-${piece.fill}`, piece.line && `l-${piece.line}`].filter(Boolean).join(' ')
        return `<path d="${piece.d}" class="${paint}"${piece.width === undefined ? '' : ` stroke-width="${piece.width}"`}/>`
      }
      if ('word' in piece) return `<text x="${piece.x}" y="${piece.y}" font-size="${piece.size}" class="f-${piece.fill}">${piece.word}</text>`
      return `<g${piece.move ? ` transform="${piece.move}"` : ''}>${markup(piece.of)}</g>`
    })
    .join('')
}
const drawn = (scene: Scene): string => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}">${markup(scene)}</svg>`
const wordsOn = (scene: Scene): string[] => scene.flatMap((piece) => ('of' in piece ? wordsOn(piece.of) : 'word' in piece ? [piece.word] : []))

describe('the coaching cards', () => {
  it('are there for every skill of the catalogue, and for no other', () => {
    expect([...CARD_CODES].sort()).toEqual(catalogue.map(({ code }) => code).sort())
    for (const cards of Object.values(LANGUAGES)) expect(Object.keys(cards).sort()).toEqual([...CARD_CODES].sort())
  })

  it('come with their drawings, in the language asked for', async () => {
    expect(await cardIn('vi', 'SEC-01')).toEqual({ ...vi['SEC-01'], drawings: drawingsOf('SEC-01'), ending: tryAlone })
    expect((await cardIn('en', 'SEC-01')).show).toBe(en['SEC-01'].show)
  })

  it('leave a skill of the ward alone that has none', () => {
    expect(hasCard('PAY-01')).toBe(true)
    expect(hasCard('WARD-07')).toBe(false)
    expect(hasCard('toString')).toBe(false)
  })

  it.each(all)('%s has three or four steps, each with its words and its drawing', (_, code, card) => {
    expect(card.steps.length).toBeGreaterThanOrEqual(3)
    expect(card.steps.length).toBeLessThanOrEqual(4)
    expect(drawingsOf(code)).toHaveLength(card.steps.length)
    for (const scene of drawingsOf(code)) expect(scene.length).toBeGreaterThan(0)
    for (const text of texts(card)) expect(text, 'tone marks as everything that is compared').toBe(text.normalize('NFC'))
    for (const { tell, resident, picture } of card.steps) {
      for (const text of [tell, resident, picture]) expect(text.length).toBeGreaterThan(8)
      expect(picture, 'what is seen, not what is said').not.toBe(tell)
    }
    expect(card.people).not.toBe('')
    expect(card.show).not.toBe('')
  })

  it.each(all)('%s says no more than twelve words to the resident at a time', (_, __, card) => {
    for (const { resident } of card.steps) expect(resident.split(/\s+/).length, resident).toBeLessThanOrEqual(12)
  })

  it.each(['vi', 'en'] as const)('say no more than twelve words at the end either: %s', (language) => {
    expect({ vi: more_vi, en: more_en }[language]['cards.residentTry'].split(/\s+/).length).toBeLessThanOrEqual(12)
  })

  it('warn wherever a secret, money or an identity is at hand, in both languages alike', () => {
    for (const code of CARD_CODES) {
      expect(LANGUAGES.vi[code].never === undefined, code).toBe(LANGUAGES.en[code].never === undefined)
      if (/^(IDN|DVC|PAY|BUY|SEC|LOC)/.test(code)) expect(LANGUAGES.vi[code].never, code).toBeTruthy()
    }
  })

  it('hold no run of digits that could be a telephone or an identity', () => {
    const everything = [...all.flatMap(([, , card]) => texts(card)), ...CARD_CODES.flatMap((code) => drawingsOf(code).flatMap(wordsOn))]
    for (const text of everything) expect(text).not.toMatch(/(?:\d[\s.]?){9}/)
  })
})

describe('the cards about frauds', () => {
  const cards = (Object.entries({ vi: scamsVi, en: scamsEn }) as Array<[string, Record<ScamCode, Card>]>).flatMap(([language, of]) =>
    SCAM_CODES.map((code) => [`${code} in ${language}`, code, of[code]] as [string, ScamCode, Card]),
  )

  it('are there for every fraud of the catalogue, and for no other kind of warning', async () => {
    expect([...SCAM_CODES, 'other']).toEqual([...SCAM_KINDS])
    expect([hasScamCard('fake_app'), hasScamCard('other')]).toEqual([true, false])
    expect(await scamIn('vi', 'fake_transfer')).toEqual({ ...scamsVi.fake_transfer, drawings: scamScenes.fake_transfer(), ending: retold })
  })

  it.each(cards)('%s says how to know it, what to do, and what to do when it is too late, each drawn', (_, code, card) => {
    expect(card.steps).toHaveLength(3)
    expect(scamScenes[code]()).toHaveLength(3)
    for (const text of texts(card)) {
      expect(text, 'tone marks as everything that is compared').toBe(text.normalize('NFC'))
      expect(text).not.toMatch(/(?:\d[\s.]?){9}/)
      expect(text.length).toBeGreaterThan(8)
    }
    for (const { resident, picture, tell } of card.steps) {
      expect(resident.split(/\s+/).length, resident).toBeLessThanOrEqual(12)
      expect(picture).not.toBe(tell)
    }
    expect(card.steps[2]!.tell, 'the bank and the police').toMatch(/(ngân hàng.*Công an|bank.*police)/i)
  })

  it('a card that is only told sets no level', () => {
    const card = new OpenCard('fake_app', 3, null)
    card.set(3)
    expect(card.level).toBeUndefined()
  })
})

describe('the drawings', () => {
  const scenes = [...CARD_CODES.flatMap((code) => [...drawingsOf(code)]), tryAlone, ...SCAM_CODES.flatMap((code) => [...scamScenes[code]()]), retold]

  it('weigh at most 400 KB together', () => {
    const bytes = scenes.reduce((sum, scene) => sum + new TextEncoder().encode(drawn(scene)).length, 0)
    expect(bytes).toBeLessThanOrEqual(400 * 1024)
    expect(bytes, 'they are measured, not skipped').toBeGreaterThan(50 * 1024)
  })

  it('lie on the paper Drawing.svelte shows', () => {
    expect(readFileSync(new URL('../src/routes/phone/cards/Drawing.svelte', import.meta.url), 'utf8')).toContain(`viewBox="0 0 ${WIDTH} ${HEIGHT}"`)
  })

  it('are each their own', () => {
    expect(new Set(scenes.map(drawn)).size).toBe(scenes.length)
  })

  it('hold only what an SVG understands', () => {
    for (const scene of scenes) expect(drawn(scene)).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('use only the colours Drawing.svelte knows', () => {
    const style = readFileSync(new URL('../src/routes/phone/cards/Drawing.svelte', import.meta.url), 'utf8')
    const known = new Set([...style.matchAll(/^ {4}\.([fl]-\w+) \{/gm)].map((match) => match[1]))
    const used = new Set(scenes.flatMap((scene) => [...drawn(scene).matchAll(/class="([^"]*)"/g)].flatMap((match) => (match[1] ?? '').split(' '))))
    expect([...used].filter((paint) => paint && !known.has(paint))).toEqual([])
  })
})

class FakeSpeaker implements Speaker {
  voices: Array<{ lang: string; localService: boolean }>
  readonly said: string[] = []
  now: SpeechSynthesisUtterance | null = null
  #listeners = new Set<() => void>()

  constructor(...voices: Array<{ lang: string; localService: boolean }>) {
    this.voices = voices
  }
  getVoices(): Array<{ lang: string; localService: boolean }> {
    return this.voices
  }
  speak(utterance: SpeechSynthesisUtterance): void {
    this.said.push(utterance.text)
    this.now = utterance
  }
  /** As the platform does it: what is cut off ends with an error, later. */
  cancel(): void {
    const cut = this.now
    this.now = null
    queueMicrotask(() => cut?.onerror?.(new Event('error') as SpeechSynthesisErrorEvent))
  }
  addEventListener(_: 'voiceschanged', listener: () => void): void {
    this.#listeners.add(listener)
  }
  removeEventListener(_: 'voiceschanged', listener: () => void): void {
    this.#listeners.delete(listener)
  }
  found(...voices: Array<{ lang: string; localService: boolean }>): void {
    this.voices = voices
    for (const listener of this.#listeners) listener()
  }
  finish(): void {
    this.now?.onend?.(new Event('end') as SpeechSynthesisEvent)
  }
  get heard(): number {
    return this.#listeners.size
  }
}
const utter = (text: string): SpeechSynthesisUtterance => ({ text }) as SpeechSynthesisUtterance
const HERE = { lang: 'vi-VN', localService: true }

describe('reading aloud', () => {
  it('is not offered without a voice of the language on this phone', () => {
    expect(new ReadAloud('vi', undefined, utter).possible).toBe(false)
    expect(new ReadAloud('vi', new FakeSpeaker(), utter).possible).toBe(false)
    expect(new ReadAloud('vi', new FakeSpeaker({ lang: 'en-US', localService: true }), utter).possible).toBe(false)
    expect(new ReadAloud('vi', new FakeSpeaker({ lang: 'vi-VN', localService: false }), utter).possible, 'a voice from the network').toBe(false)
    expect(new ReadAloud('vi', new FakeSpeaker(HERE), utter).possible).toBe(true)
    expect(new ReadAloud('vi', new FakeSpeaker({ lang: 'vi_VN', localService: true }), utter).possible, 'as Android writes it').toBe(true)
    expect(new ReadAloud('en', new FakeSpeaker(HERE), utter).possible).toBe(false)
  })

  it('says nothing when there is no voice', () => {
    const speaker = new FakeSpeaker()
    const voice = new ReadAloud('vi', speaker, utter)
    voice.speak('Chào bác')
    expect(speaker.said).toEqual([])
    expect(voice.speaking).toBe(false)
  })

  it('is offered when the phone finds its voices later', () => {
    const speaker = new FakeSpeaker()
    const voice = new ReadAloud('vi', speaker, utter)
    speaker.found(HERE)
    expect(voice.possible).toBe(true)
  })

  it('tells when it speaks and when it is over', () => {
    const speaker = new FakeSpeaker(HERE)
    const voice = new ReadAloud('vi', speaker, utter)
    voice.speak('Chào bác')
    expect(speaker.said).toEqual(['Chào bác'])
    expect(speaker.now?.lang).toBe('vi-VN')
    expect(voice.speaking).toBe(true)
    speaker.finish()
    expect(voice.speaking).toBe(false)
  })

  it('is not ended by the end of what it was told to drop', async () => {
    const speaker = new FakeSpeaker(HERE)
    const voice = new ReadAloud('vi', speaker, utter)
    voice.speak('một')
    voice.speak('hai')
    await Promise.resolve()
    expect(speaker.said).toEqual(['một', 'hai'])
    expect(voice.speaking).toBe(true)
  })

  it('stops when the card is left, and listens to the phone no more', () => {
    const speaker = new FakeSpeaker(HERE)
    const voice = new ReadAloud('vi', speaker, utter)
    voice.speak('Chào bác')
    voice.leave()
    expect(voice.speaking).toBe(false)
    expect(speaker.now).toBeNull()
    expect(speaker.heard).toBe(0)
  })
})

describe('an open card', () => {
  const db = unlocked('cards')
  const clock = new FakeClock()
  const coaching = (door: string): CoachForm => new CoachForm({ db, clock, account_id: 'one', household_id: door })

  it('goes through its steps to the page at the end and no further', () => {
    const card = new OpenCard('SEC-02', drawingsOf('SEC-02').length, coaching('steps'))
    card.back()
    expect(card.page).toBe(0)
    for (let i = 0; i < 9; i += 1) card.next()
    expect(card.page).toBe(3)
    expect(card.atEnd).toBe(true)
    card.back()
    expect(card.atEnd).toBe(false)
  })

  it('sets the level the coach screen has, for the person being coached, and keeps the rest of the form', async () => {
    const form = coaching('level')
    form.add('18-59')
    form.set('DEV-01', 4)
    form.add('60-79')
    form.set('PAY-01', 1)
    const card = new OpenCard('PAY-01', 4, form)
    expect(card.level).toBe(1)
    card.set(3)
    expect(card.level).toBe(3)
    const both = [
      { age_band: '18-59', skills: [{ skill: 'DEV-01', level: 4 }] },
      { age_band: '60-79', skills: [{ skill: 'PAY-01', level: 3 }] },
    ]
    expect(form.coached()).toEqual(both)
    await form.kept()
    expect((await draftOf(db, 'one', 'level'))?.people).toEqual(both)
    form.set('PAY-01', 2)
    expect(card.level, 'one level, wherever it was set').toBe(2)
    card.set(2)
    expect(card.level, 'a second tap takes it off, as on the coach screen').toBeUndefined()
  })

  it('has no level while nobody is being coached', () => {
    const card = new OpenCard('PAY-01', 4, coaching('nobody'))
    card.set(3)
    expect(card.level).toBeUndefined()
  })
})

describe('the greeting at the door', () => {
  /** Syllables a calm voice says in a second. */
  const PACE = 3.5

  it('is said within 45 seconds, to everybody in their own form', async () => {
    const { script } = await doorIn('vi')
    for (const form of ADDRESSES.flatMap(({ forms }) => forms)) {
      const said = script.map((paragraph) => address(paragraph, form)).join(' ')
      expect(said).not.toMatch(/[{}]/)
      expect(said.split(/\s+/).length / PACE, form.you).toBeLessThanOrEqual(45)
      expect(said.toLowerCase()).toContain(`chúng ${form.self} không hỏi mật khẩu`)
    }
  })

  it('begins a sentence with a capital', () => {
    expect(address('{You} nghe {self} nói. {Self} chào {you}.', { you: 'ông', self: 'cháu' })).toBe('Ông nghe cháu nói. Cháu chào ông.')
  })

  it('has its lists complete in both languages, without a number that could be somebody', async () => {
    const [vi, en] = [await doorIn('vi'), await doorIn('en')]
    for (const name of ['script', 'before', 'at', 'after', 'never', 'lines'] as const) {
      expect(vi[name].length, name).toBeGreaterThan(1)
      expect(en[name].length, name).toBe(vi[name].length)
      for (const line of [...vi[name], ...en[name]]) expect(line).not.toMatch(/(?:\d[\s.]?){9}/)
    }
    expect(vi.script.join(' ')).toMatch(/không hỏi mật khẩu.*không hỏi mã OTP.*không chụp căn cước.*không cầm máy/)
  })
})
