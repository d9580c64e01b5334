import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CODE_LENGTH, codeOfPoster, readCode } from '../src/routes/join/join-code.ts'
import { inAppBrowser, outwards, type Host } from '$lib/ui/in-app.ts'
import { recall } from '$lib/data/session.ts'
import { Problem } from '$lib/api/client.ts'
import { FakeClock, Phone } from './fakes/phone.ts'
import { FakeServer } from './fakes/server.ts'

const LETTERS = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'
const codes = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: CODE_LENGTH, maxLength: CODE_LENGTH })

describe('a code as people type it', () => {
  it.each([
    ['sen25k', 'SEN25K', []],
    ['SEN 25-K', 'SEN25K', []],
    ['  sen.25.k\n', 'SEN25K', []],
    ['Sên25k', 'SEN25K', []],
    ['Đ25kkk', 'D25KKK', []],
    ['SEN0', 'SENQ', ['0 → Q']],
    ['oO0', 'QQQ', ['O → Q', '0 → Q']],
    ['I1l', 'J7N', ['I → J', '1 → 7', 'L → N']],
    ['', '', []],
  ])('%j is read as %s', (typed, code, swapped) => {
    expect(readCode(typed)).toEqual({ code, swapped })
  })
  it('a code as the server makes it is left as it is, in either case', () => {
    fc.assert(
      fc.property(codes, (code) => {
        expect(readCode(code)).toEqual({ code, swapped: [] })
        expect(readCode(code.toLowerCase())).toEqual({ code, swapped: [] })
      }),
    )
  })
  it('whatever is typed, only characters of codes come out', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (typed) => [...readCode(typed).code].every((letter) => LETTERS.includes(letter))))
  })
})

describe('what a camera reads off a poster', () => {
  it.each([
    ['https://go-cua.test/join#SEN25K', 'SEN25K'],
    ['https://go-cua.test/join#sen25k', 'SEN25K'],
    ['https://go-cua.test/#/join/SEN25K', 'SEN25K'],
    ['SEN25K', 'SEN25K'],
    ['https://other.test/join#SEN25K', null],
    ['https://go-cua.test/', null],
    ['https://go-cua.test/join#SEN', null],
    ['https://go-cua.test/join#SEN05K', null],
    ['WIFI:S:quan;T:WPA;P:abc;;', null],
    ['javascript:alert(1)', null],
    ['BEGIN:VCARD', null],
    ['', null],
  ])('%j', (text, code) => {
    expect(codeOfPoster(text, 'go-cua.test')).toBe(code)
  })
})

describe('browsers inside other apps', () => {
  const wv = (model: string, rest: string): string =>
    `Mozilla/5.0 (Linux; Android 13; ${model} Build/TP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.6723.58 Mobile Safari/537.36 ${rest}`.trim()
  const ios = (rest: string): string => `Mozilla/5.0 (iPhone; CPU iPhone OS 17_6_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ${rest}`

  it.each<[string, Host, string]>([
    ['Zalo, Android', 'Zalo', wv('SM-A146P', 'Zalo android/24101000 ZaloTheme/light ZaloLanguage/vi')],
    ['Zalo, iPhone', 'Zalo', ios('Mobile/21G93 Zalo iOS/641 ZaloTheme/light ZaloLanguage/vn')],
    ['Facebook, Android', 'Facebook', wv('RMX3762', '[FB_IAB/FB4A;FBAV/487.0.0.58.78;IABMV/1;]')],
    ['Facebook, iPhone', 'Facebook', ios('Mobile/21G93 [FBAN/FBIOS;FBAV/487.0.0.29.110;FBDV/iPhone12,1;FBMD/iPhone]')],
    ['Messenger, Android', 'Messenger', wv('CPH2271', '[FB_IAB/Orca-Android;FBAV/479.0.0.47.109;]')],
    ['Messenger, iPhone', 'Messenger', ios('Mobile/21G93 [FBAN/MessengerForiOS;FBAV/479.0.0.31.106;FBDV/iPhone12,1]')],
    ['Instagram, Android', 'Instagram', wv('M2101K7BG', 'Instagram 352.1.0.41.100 Android (33/13; 440dpi; 1080x2168)')],
    ['Instagram, iPhone', 'Instagram', ios('Mobile/21G93 Instagram 352.0.0.25.100 (iPhone12,1; iOS 17_6_1; vi_VN)')],
    ['TikTok, Android', 'TikTok', wv('V2207', 'trill_360605 JsSdk/1.0 NetType/WIFI Channel/googleplay AppName/musical_ly app_version/36.6.5 ByteLocale/vi BytedanceWebview/d8a21c6')],
    ['TikTok, iPhone', 'TikTok', ios('Mobile/21G93 musical_ly_36.7.0 JsSdk/2.0 NetType/4G Channel/App Store ByteLocale/vi')],
    ['Line, Android', 'Line', wv('SO-52C', 'Line/14.17.0/IAB')],
    ['Line, iPhone', 'Line', ios('Mobile/21G93 Safari Line/14.17.0')],
    ['a bare WebView', 'other', wv('SM-J530Y', '')],
    ['a bare WebView of old', 'other', 'Mozilla/5.0 (Linux; Android 4.4.4; SM-G360H Build/KTU84P) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/33.0.0.0 Mobile Safari/537.36'],
  ])('%s is refused', (_, host, agent) => {
    expect(inAppBrowser(agent)).toBe(host)
  })

  it.each([
    ['Chrome, Android', 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36'],
    ['Chrome, Android 7', 'Mozilla/5.0 (Linux; Android 7.0; SM-J530Y) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.6045.163 Mobile Safari/537.36'],
    ['Samsung Internet', 'Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-A146P) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36'],
    ['Cốc Cốc, Android', 'Mozilla/5.0 (Linux; Android 12; CPH2239) AppleWebKit/537.36 (KHTML, like Gecko) coc_coc_browser/126.0.134 Chrome/120.0.6099.134 Mobile Safari/537.36'],
    ['Cốc Cốc, desk', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) coc_coc_browser/126.0.124 Chrome/120.0.6099.124 Safari/537.36'],
    ['Firefox, Android', 'Mozilla/5.0 (Android 13; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0'],
    ['Edge, Android', 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36 EdgA/130.0.0.0'],
    ['Opera, Android', 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36 OPR/84.0.0.0'],
    ['Mi Browser', 'Mozilla/5.0 (Linux; U; Android 12; vi-vn; M2101K7BG Build/SP1A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 XiaoMi/MiuiBrowser/14.20.0-gn Chrome/112.0.5615.136 Mobile Safari/537.36'],
    ['the Android browser of old', 'Mozilla/5.0 (Linux; U; Android 4.1.2; vi-vn; GT-I8190) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30'],
    ['Safari, iPhone', ios('Version/17.6 Mobile/15E148 Safari/604.1')],
    ['the home screen of an iPhone', ios('Mobile/15E148')],
    ['Chrome, iPhone', ios('CriOS/130.0.6723.37 Mobile/15E148 Safari/604.1')],
    ['Firefox, iPhone', ios('FxiOS/131.1 Mobile/15E148 Safari/605.1.15')],
    ['Cốc Cốc, iPhone', ios('coc_coc_browser/126.0.6 Version/17.6 Mobile/15E148 Safari/604.1')],
    ['Safari, Mac', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15'],
    ['Chrome, desk', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36'],
  ])('%s is none', (_, agent) => {
    expect(inAppBrowser(agent)).toBeNull()
  })

  it('the way out keeps the code of the poster and names no browser', () => {
    expect(outwards('https://go-cua.test/join#SEN25K')).toBe(
      'intent://go-cua.test/join#SEN25K#Intent;scheme=https;action=android.intent.action.VIEW;category=android.intent.category.BROWSABLE;end',
    )
  })
})

describe('joining a team', () => {
  it('ends where signing in ends: signed in, the alleys there, work booked', async () => {
    const server = new FakeServer()
    const phone = new Phone(server, 'join-1', new FakeClock())
    await phone.ready
    const account = await phone.session.join('SEN25K', 'hoa')
    expect(phone.session.account?.id).toBe(account.id)
    await phone.turf.open(account.id)
    phone.engine.signedIn()
    await phone.engine.settled()
    await phone.turf.reloadBook()
    expect(phone.turf.alleys.length).toBeGreaterThan(0)
    await phone.knock('h1')
    phone.engine.wake('save')
    await phone.engine.settled()
    expect((await phone.ops()).map((op) => op.state)).toEqual(['booked'])
  })

  it('an unknown code signs nobody in and leaves no session', async () => {
    const phone = new Phone(new FakeServer(), 'join-2', new FakeClock())
    await phone.ready
    const fault = await phone.session.join('XXXXXX', 'hoa').catch((error: unknown) => error)
    expect(fault instanceof Problem && fault.code).toBe('code_unknown')
    expect(phone.session.account).toBeNull()
    expect(await recall(phone.db, 'seal')).toBeUndefined()
  })
})
