/** Scenes of the cards about paying, buying, selling, safety and the other platforms: one drawing a step. */
import {
  arrow, at, away, badge, ban, bankCard, box, bubble, button, coin, disc, dots, field, head, house, idCard, lines, mind, no,
  office, palm, paper, patch, person, phone, qr, radio, ring, row, say, shape, shop, sign, solid, spot, stroke, tap, tile,
  unseen, yes, type Paint, type Scene,
} from './drawing.ts'

const frame = (x: number, y: number, s: number): Scene[number] => stroke(`M${x} ${y + 16}V${y}h16M${x + s} ${y + 16}V${y}h-16M${x} ${y + s - 16}v16h16M${x + s} ${y + s - 16}v16h-16`, 'warn', 5)
const stars = (x: number, y: number, count: number, size = 18): Scene => [0, 1, 2, 3, 4].map((i) => solid('star', x + i * size, y, size, i < count ? 'warn' : 'paper'))
/** What the neighbours sell: a shirt. */
const shirt = (x: number, y: number, fill: Paint = 'ok', scale = 1): Scene => [at(x, y, [shape('M-12-20c4 6 20 6 24 0l20 9l-8 17l-8-4v26h-32V2l-8 4l-8-17z', fill)], scale)]
const qrStand = (x: number, y: number, scale = 1): Scene => [at(x, y, [shape('M6 104h68l10 18H-4z', 'soft'), box(0, 0, 80, 106, 'paper', 8, 4), patch(2, 2, 76, 20, 'brand', 6), qr(14, 32, 52)], scale)]
const parcel = (x: number, y: number, scale = 1): Scene => [at(x, y, [box(-36, -30, 72, 60, 'warm', 4), shape('M-9-30H9v22l-9-6l-9 6z', 'warn', 3)], scale)]

export const moneyScenes = {
  'PAY-01': () => [
    [
      phone(24, 12, [head('brand', 'wallet'), bankCard(14, 42, 1), box(26, 112, 60, 56, 'ok', 12, 3), frame(41, 117, 30), say('Quét', 56, 163, 14, 'on')]),
      ...qrStand(206, 56, 1.1), tap(110, 204, 0.74), arrow(158, 116, 190, 116, 'warn', 7),
    ],
    [
      phone(60, 12, [at(56, 6, [person('seller', 0, 0, 'smile', 0.56)]), box(2, 66, 108, 32, 'on', 8, 3), lines(14, 79, 84, 1, 'ink'), field(2, 116, 108, 34), coin(20, 133, 12)]),
      ring(62, 94, 124, 44), at(250, 116, [sign('eye', 0, 0, 76, 'brand', 2.4)]), arrow(34, 118, 34, 170, 'warn', 7), say('1', 34, 96, 30), say('2', 34, 206, 30),
    ],
    [
      phone(40, 12, [coin(56, 34, 26), lines(16, 74, 80, 1), button(2, 106, 108, 44, 'ok', 'Xác nhận', 18)]),
      tap(140, 186, 0.8), palm(252, 66, 1.25), no(290, 28, 18),
    ],
    [
      phone(60, 12, [patch(0, 0, 112, 176, 'tint', 8), badge('tick', 56, 64, 42, 'ok'), lines(14, 126, 84, 2, 'ink')]),
      sign('bell', 254, 74, 76, 'brand', 2.4), stroke('M212 44l-8-8M296 44l8-8', 'brand', 5), coin(254, 170, 30),
    ],
  ],
  'PAY-02': () => [
    [
      phone(60, 12, [head('brand', 'wallet'), box(2, 44, 108, 58, 'tint', 10, 3), sign('paper', 28, 73, 40, 'brand', 2.4), lines(56, 62, 46, 2, 'ink'), row(114, 'tint', 'call'), row(146, 'tint', 'send')]),
      tap(148, 124, 0.85), solid('bolt', 252, 60, 72, 'warn'), solid('drop', 288, 130, 60, 'brand'),
    ],
    [
      paper(14, 20, 128, 170, [solid('bolt', 28, 34, 34, 'warn'), lines(52, 26, 40, 2, 'ink'), lines(14, 70, 100, 2), dots(24, 118, 7, 13, 4.5), lines(14, 144, 100, 1)]), ring(24, 122, 108, 34),
      arrow(146, 132, 172, 108, 'warn', 7), phone(180, 12, [solid('bolt', 56, 28, 38, 'warn'), field(2, 60, 108, 34), dots(14, 77, 7, 13, 4.5), button(2, 112, 108, 36)]), tap(262, 112, 0.75),
    ],
    [
      phone(24, 12, [solid('bolt', 56, 24, 34, 'warn'), box(0, 52, 112, 56, 'on', 10, 3), solid('home', 26, 80, 34, 'tint'), lines(52, 68, 52, 2, 'ink'), coin(56, 142, 20)]),
      ring(24, 80, 128, 68), sign('eye', 182, 50, 56, 'brand', 2.4), house(196, 96, 1.1), 
    ],
    [
      phone(40, 12, [yes(56, 26, 22), lines(20, 60, 72, 1), box(2, 96, 108, 48, 'brand', 10, 3), solid('mark', 28, 120, 30, 'warn'), say('Lưu', 70, 128, 22, 'on')]),
      tap(142, 180, 0.8), sign('calendar', 252, 84, 104, 'ink', 2), solid('bolt', 236, 98, 30, 'warn'), solid('drop', 268, 98, 28, 'brand'),
    ],
  ],
  'PAY-03': () => [
    [
      person('clerk', 60, 70, 'smile', 1.25), bubble(20, 8, 86, 44, 'down', 'paper', [bankCard(24, 7, 0.5)]), ...qrStand(122, 84, 0.92), person('seller', 262, 70, 'smile', 1.25), shape('M0 204h320v40H0z', 'warm'), yes(158, 48, 22),
    ],
    [
      phone(24, 12, [head('brand', 'bell'), ...[46, 92].flatMap((y) => [box(2, y, 108, 40, 'tint', 8, 3), coin(22, y + 20, 12), lines(44, y + 10, 58, 2, 'ink', 12)])]), 
      box(192, 66, 92, 112, 'shade', 16, 5), disc(238, 126, 32, 'grey'), disc(238, 126, 13, 'shade'), spot(238, 82, 5, 'ok'), stroke('M178 100a40 40 0 0 0 0 50M298 100a40 40 0 0 1 0 50', 'warn', 6), coin(238, 38, 20),
    ],
    [
      phone(20, 12, [sign('clock', 56, 48, 76, 'ink', 2.2), coin(40, 124, 18), sign('ask', 80, 124, 36, 'bad', 3)]),
      person('seller', 266, 100, 'flat', 1.35), solid('bag', 204, 84, 96, 'warn'), ban(204, 90, 50),
    ],
    [
      ...qrStand(30, 34, 1.5), at(92, 66, [box(0, 0, 84, 84, 'bad', 6), qr(14, 14, 56), shape('M84 84V62l-22 22z', 'paper', 3)], 1, 12), { d: 'M246 60a44 44 0 1 0 .1 0M276 140l30 42', line: 'ink', width: 9 }, { d: 'M246 67a37 37 0 1 0 .1 0', fill: 'on' }, sign('ask', 246, 104, 46, 'bad', 3), spot(284, 34, 16, 'warn'), stroke('M284 8v-4M258 34h-4M310 34h4M266 16l-3-3M302 16l3-3', 'warn', 5),
    ],
  ],
  'BUY-01': () => [
    [
      phone(14, 12, [patch(6, 4, 100, 70, 'tint', 8), ...shirt(56, 40), ...stars(20, 92, 5), coin(30, 126, 13), say('120.000', 78, 131, 14)]),
      phone(178, 12, [patch(6, 4, 100, 70, 'tint', 8), ...shirt(56, 40), ...stars(20, 92, 2), coin(30, 126, 13), say('60.000', 78, 131, 14), mind(56, 158, 15)]),
      disc(160, 116, 26, 'on'), sign('ask', 160, 116, 34, 'brand', 3),
    ],
    [
      phone(30, 12, [...shirt(24, 28, 'ok', 0.7), lines(52, 16, 56, 2), box(0, 56, 112, 46, 'tint', 8, 3), ...radio(16, 79, true), sign('home', 48, 79, 30), coin(86, 79, 14), box(0, 112, 112, 46, 'paper', 8, 3), ...radio(16, 135, false), bankCard(38, 118, 0.6)]),
      ring(32, 84, 128, 58), tap(118, 126, 0.8), house(196, 22, 0.92), ...parcel(232, 176, 0.9), arrow(252, 146, 252, 130, 'brand', 6), coin(292, 176, 18),
    ],
    [
      phone(20, 12, [head('warn', 'cart'), bubble(2, 46, 106, 66, 'left', 'paper', [bankCard(8, 12, 0.62), sign('ask', 84, 30, 34, 'bad', 3)]), ...shirt(56, 154, 'ok', 0.8)]),
      arrow(154, 92, 202, 92, 'bad', 7), person('stranger', 254, 60, 'flat', 1.15), coin(180, 44, 17), no(178, 92, 22),
    ],
    [
      person('granny', 54, 84, 'smile', 1.2), at(154, 138, [shape('M-40-8l-16-22h40l16 22zM40-8l16-22H16L0-8z', 'warn', 3), ...shirt(0, -26, 'ok', 0.8), box(-40, -8, 80, 62, 'warm', 4)]), sign('eye', 112, 60, 50, 'brand', 2.4), person('man', 268, 84, 'smile', 1.1), badge('tick', 198, 66, 15, 'ok'), coin(216, 154, 17), arrow(196, 206, 240, 206, 'ok', 7),
    ],
  ],
  'BUY-02': () => [
    [
      phone(30, 12, [patch(0, 0, 112, 176, 'shade', 8), patch(10, 24, 92, 92, 'tint', 4), ...shirt(56, 66, 'ok', 1.2), frame(6, 20, 100), disc(56, 146, 19, 'on'), spot(56, 146, 13, 'bad')]),
      tap(102, 182, 0.72), ...shirt(240, 66, 'ok', 1.9), shape('M196 138h84l22 28l-22 28h-84z', 'warn'), disc(284, 166, 5, 'paper', 3), say('90.000 đ', 238, 172, 15),
    ],
    [
      phone(24, 12, [patch(6, 4, 100, 70, 'tint', 8), ...shirt(56, 40), lines(10, 84, 92, 2), button(2, 116, 108, 42, 'brand', 'Đăng', 20)]), tap(120, 194, 0.76), arrow(162, 100, 188, 100, 'brand', 7), shop(192, 68, 0.98), solid('star', 252, 38, 44, 'warn'),
    ],
    [
      phone(24, 12, [field(2, 2, 108, 26), sign('search', 16, 15, 18), tile('paper', 6, 44, 46, 'bad'), lines(62, 52, 48, 2, 'ink'), button(2, 108, 108, 42, 'ok', 'Cài đặt', 18)]), tap(122, 188, 0.78), tile('bag', 206, 22, 74, 'warn', 'ink'), arrow(243, 108, 243, 130, 'brand', 7), at(243, 180, [solid('shield', 0, 0, 82, 'tint'), sign('tick', 0, -2, 38, 'ok', 3.4)]),
    ],
    [
      person('seller', 66, 78, 'talk', 1.3), bubble(22, 8, 90, 50, 'down', 'paper', [sign('paper', 28, 25, 32), sign('ask', 62, 25, 28, 'bad', 3)]), person('clerk', 256, 78, 'smile', 1.3), paper(134, 96, 58, 78, [lines(10, 22, 38, 2, 'ink', 12), coin(29, 58, 10)]), shape('M0 204h320v40H0z', 'warm'),
    ],
  ],
  'SEC-01': () => [
    [
      phone(24, 12, [patch(0, 0, 112, 176, 'shade', 8), person('stranger', 56, 20, 'flat', 0.9), at(56, 26, [shape('M-26 8h52l4-9C31-11 16-16 0-16s-31 5-30 15z', 'leaf', 3), solid('star', 0, -4, 13, 'warn')]), sign('call', 24, 148, 30, 'on'), sign('download', 88, 148, 32, 'warn', 2.8)]),
      no(152, 40, 26), bubble(186, 24, 116, 62, 'left', 'paper', [tile('download', 16, 12, 38, 'warn', 'ink'), no(86, 31, 18)]), person('officer', 262, 114, 'flat', 1.2), sign('call', 190, 178, 46, 'ink', 2.4), ban(190, 178, 34),
    ],
    [
      phone(40, 12, [patch(0, 0, 112, 176, 'shade', 8), person('stranger', 56, 10, 'flat', 0.76), badge('hang', 56, 138, 28, 'bad')]),
      tap(116, 194, 0.72), bubble(196, 18, 112, 74, 'left', 'paper', [sign('bang', 30, 37, 44, 'bad', 4), sign('clock', 78, 37, 44, 'bad', 2.6)]), person('granny', 252, 116, 'flat', 1.2),
    ],
    [
      person('granny', 56, 92, 'talk', 1.2), bubble(14, 12, 92, 60, 'down', 'paper', [sign('call', 46, 30, 40, 'ok')]), person('officer', 182, 92, 'smile', 1.2), office(222, 34, 0.74, 'leaf'), yes(118, 60, 18), arrow(104, 128, 138, 128, 'ok', 6), shape('M226 218h100v26H226z', 'ground', 0),
    ],
    [
      bubble(22, 10, 120, 66, 'left', 'paper', [sign('call', 34, 33, 34, 'bad'), mind(84, 33, 18)]), person('granny', 60, 102, 'talk', 1.3), person('man', 184, 78, 'smile', 1.2), person('child', 268, 126, 'smile', 1.1), solid('heart', 246, 58, 48, 'bad'),
    ],
  ],
  'SEC-02': () => [
    [
      phone(20, 12, [bubble(2, 18, 106, 70, 'left', 'tint', [say('OTP', 32, 44, 20, 'brand'), dots(60, 36, 4, 11, 4)]),]),
      say('=', 168, 118, 44), house(196, 14, 1.02), sign('key', 212, 168, 80, 'brand', 3), palm(278, 170, 0.92), no(302, 124, 15),
    ],
    [
      bankCard(22, 34, 1.36), arrow(80, 118, 80, 142, 'brand', 7), sign('key', 80, 182, 88, 'brand', 2.8),
      idCard(178, 32, 1.3), arrow(238, 118, 238, 142, 'bad', 7), sign('key', 238, 182, 88, 'bad', 2.8), disc(159, 184, 24, 'on'), stroke('M148 177h22M148 191h22M150 202l18-36', 'ink', 4.5),
    ],
    [
      phone(30, 12, [patch(0, 0, 112, 176, 'shade', 8), { d: 'M56 22a38 46 0 1 0 .1 0', fill: 'tint' }, at(56, 34, [disc(0, 29, 21, 'skin', 3), spot(-8, 28, 2.6, 'ink'), spot(8, 28, 2.6, 'ink'), stroke('M-6 39h12', 'ink', 3), { d: 'M-22 28C-25 8-13 2 0 2s25 6 22 26c-6-10-12-13-22-13s-16 3-22 13z', fill: 'grey', line: 'ink', width: 3 }]), frame(12, 14, 88), sign('camera', 56, 144, 36, 'on')]),
      ban(94, 98, 56), bubble(178, 16, 124, 60, 'right', 'paper', [sign('eye', 38, 30, 38, 'bad'), sign('camera', 88, 30, 38)]), person('stranger', 262, 100, 'flat', 1.1),
    ],
  ],
  'SEC-03': () => [
    [
      phone(30, 12, [patch(0, 0, 112, 176, 'tint', 8), at(56, 46, [disc(0, 0, 36, 'bad'), sign('power', 0, 0, 46, 'on', 2.8)]), at(56, 130, [disc(0, 0, 34, 'brand'), sign('plane', 0, 0, 44, 'on', 2.2)])]),
      tap(106, 182, 0.78), tile('link', 220, 26, 72, 'warn', 'ink'), no(298, 32, 18), sign('wifi', 252, 150, 64, 'ink', 2.6), stroke('M224 178l58-56', 'bad', 7),
    ],
    [
      phone(14, 30, [sign('plane', 56, 60, 60, 'grey', 2.2)], -8, 0.76, 'soft'), no(32, 40, 17), person('woman', 158, 112, 'talk', 1.2), phone(116, 8, [at(56, 70, [disc(0, 0, 42, 'ok'), sign('call', 0, 0, 52, 'on', 2.4)])], 0, 0.48),
      arrow(190, 62, 208, 62, 'brand', 7), bankCard(218, 34, 1), badge('lock', 294, 88, 19, 'bad'), office(216, 122, 0.8, 'brand', 'star'),
    ],
    [
      phone(20, 12, [head('soft'), bubble(2, 44, 106, 66, 'left', 'paper', [sign('link', 30, 32, 38, 'bad'), lines(56, 22, 40, 2)]), box(30, 130, 52, 40, 'ok', 10, 3), sign('lock', 56, 150, 28, 'on', 2.6)]),
      arrow(156, 110, 184, 110, 'brand', 7), person('officer', 246, 66, 'talk', 1.45), badge('shield', 190, 44, 24, 'leaf'),
    ],
    [
      phone(24, 12, [sign('refresh', 56, 60, 84, 'brand', 2.4), sign('gear', 56, 60, 34, 'ink', 2.4), patch(10, 132, 92, 10, 'soft', 5), patch(10, 132, 62, 10, 'ok', 5)]),
      arrow(160, 112, 188, 112, 'warn', 7), paper(204, 36, 92, 134, [sign('key', 46, 46, 56, 'brand', 2.8), dots(16, 88, 6, 12, 4.5), lines(14, 108, 64, 1, 'ink')], 3), yes(290, 178, 22),
    ],
  ],
  'LOC-01': () => [
    [
      phone(30, 12, [head('warn', 'bag'), tile('heart', 32, 44, 48, 'bad'), lines(20, 102, 72, 1), button(2, 122, 108, 40, 'ok', 'Cài đặt', 18)]), tap(130, 198, 0.74), tile('bag', 204, 44, 84, 'warn', 'ink'), yes(286, 132, 22),
    ],
    [
      phone(40, 12, [tile('heart', 32, 4, 48, 'bad'), lines(16, 66, 80, 1), box(0, 92, 112, 46, 'brand', 10, 3), sign('shield', 20, 115, 26, 'on', 2.6), say('Đăng nhập', 71, 120, 13, 'on')]), tap(146, 176, 0.82), ...unseen(256, 72, 84),
    ],
    [
      phone(60, 12, [at(10, 4, [box(0, 0, 92, 58, 'on', 8), patch(2, 2, 88, 14, 'ok', 5), solid('heart', 22, 36, 24, 'bad'), lines(42, 26, 40, 2, 'soft', 13)]), ...[80, 114, 148].flatMap((y) => [sign('calendar', 16, y + 10, 24, 'brand'), lines(38, y + 4, 66, 1, 'ink')])]), tap(142, 148, 0.82), person('doctor', 256, 24, 'smile', 1),
    ],
    [
      person('granny', 70, 76, 'smile', 1.3), phone(112, 108, [solid('heart', 56, 62, 70, 'bad')], 0, 0.58), away(258, 76, 1.3), ...unseen(176, 52, 70),
    ],
  ],
  'LOC-02': () => [
    [
      bubble(18, 10, 104, 56, 'left', 'paper', [sign('book', 34, 28, 36, 'brand'), sign('ask', 76, 28, 32, 'bad', 3)]), person('woman', 66, 90, 'talk', 1.25), bubble(190, 10, 104, 56, 'right', 'paper', [tile('book', 34, 10, 36, 'brand')]), person('clerk', 250, 90, 'smile', 1.25), person('child', 160, 134, 'smile', 0.9),
    ],
    [
      phone(40, 12, [tile('book', 32, 2, 48, 'brand'), field(4, 64, 104, 26), lines(14, 74, 60, 1, 'ink'), field(4, 98, 104, 26), dots(18, 111, 6, 13), button(4, 134, 104, 36, 'ok', 'Vào', 17)]), tap(144, 200, 0.74), office(190, 56, 0.98, 'brand', 'book'),
    ],
    [
      phone(60, 12, [head('brand', 'bell'), ...[44, 90, 136].flatMap((y, i) => [box(2, y, 108, 36, i === 0 ? 'tint' : 'paper', 8, 3), spot(18, y + 18, 6, i === 0 ? 'bad' : 'soft'), lines(34, y + 9, 66, 2, i === 0 ? 'ink' : 'soft', 12)])]), tap(144, 108, 0.82), solid('moon', 256, 66, 80, 'warn'), sign('clock', 270, 188, 56, 'ink', 2.2),
    ],
    [
      patch(0, 0, 320, 240, 'shade', 0), solid('moon', 272, 52, 64, 'warn'), ...[[196, 40], [232, 92], [24, 30], [152, 24]].map(([x, y]) => spot(x ?? 0, y ?? 0, 4, 'warn')), shape('M150 172h170v70H150z', 'brand'), box(158, 142, 84, 40, 'paper', 14), at(206, 112, [disc(0, 29, 25, 'skin'), { d: 'M-26 28C-29 6-15-4 0-4s29 10 26 32c-3-5-4-8-5-12c-9 3-33 3-42 0c-1 4-2 7-5 12z', fill: 'hair', line: 'ink', width: 3 }, stroke('M-14 30c3 4 7 4 10 0M5 30c3 4 7 4 10 0M-4 42h8', 'ink', 3)]), phone(24, 40, [solid('play', 56, 80, 60, 'brand')], -6, 0.8), ban(82, 122, 62),
    ],
  ],
} satisfies Record<string, () => readonly Scene[]>

/** At the end of every card: the resident alone with the phone, the volunteer's hands away. */
export const tryAlone: Scene = [
  person('granny', 82, 88, 'smile', 1.6), phone(128, 112, [badge('tick', 56, 66, 42, 'ok')], 0, 0.62),
  person('volunteer', 258, 96, 'smile', 1.5), bubble(176, 12, 104, 54, 'right', 'paper', [sign('eye', 34, 27, 38, 'brand'), yes(76, 27, 16)]),
]
