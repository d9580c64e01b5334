/** Scenes of the cards about the phone, finding out, and talking: one drawing a step. */
import {
  arrow, at, badge, ban, bankCard, box, bubble, button, coin, disc, dots, field, head, idCard, lines, mind, no, office, palm,
  paper, patch, person, phone, ring, row, say, shape, shop, sign, solid, spot, stroke, tap, tile, yes, type Scene, type Sign,
  type Paint,
} from './drawing.ts'

/** A desktop of apps. */
const apps = (names: ReadonlyArray<[Sign, Paint]>): Scene => names.map(([name, fill], i) => tile(name, 8 + (i % 3) * 34, 18 + Math.floor(i / 3) * 40, 28, fill))
const HOME: ReadonlyArray<[Sign, Paint]> = [['call', 'ok'], ['chat', 'brand'], ['camera', 'shade'], ['gear', 'shade'], ['bag', 'warn'], ['book', 'bad']]
const toggle = (x: number, y: number, on: boolean): Scene => [box(x, y, 34, 18, on ? 'ok' : 'soft', 9, 2.5), disc(x + (on ? 25 : 9), y + 9, 7, 'paper', 2.5)]
/** The road has a hole. */
const pothole = (x: number, y: number): Scene => [
  at(x, y, [patch(0, 0, 96, 74, 'soft', 4), shape('M26 74L40 0h18l14 74z', 'grey', 2.5), { d: 'M49 6v12M49 26v10', line: 'on', width: 3 }, shape('M34 54c4-8 28-10 32 0c2 8-32 10-32 0z', 'shade', 2.5)]),
]

export const phoneScenes = {
  'DEV-01': () => [
    [
      patch(184, 66, 12, 40, 'brand', 5),
      phone(60, 12, [patch(0, 0, 112, 176, 'shade', 8), sign('lock', 56, 40, 40, 'on'), patch(26, 152, 60, 6, 'on', 3)]),
      arrow(124, 174, 124, 108, 'warn', 8), tap(200, 84, 0.95),
    ],
    [
      phone(40, 12, [head('shade', 'gear'), say('A', 22, 84, 22), say('A', 80, 88, 50), patch(8, 104, 96, 7, 'soft', 3), patch(8, 104, 74, 7, 'brand', 3), disc(80, 107.5, 11, 'brand'), sign('sound', 18, 144, 26), patch(36, 141, 68, 7, 'soft', 3), patch(36, 141, 56, 7, 'ok', 3), disc(92, 144.5, 8, 'ok', 3)]),
      sign('sound', 262, 62, 76, 'brand', 2.6), tap(132, 152),
    ],
    [
      phone(18, 12, [patch(0, 0, 112, 176, 'soft', 8), sign('ask', 56, 56, 64, 'ink', 3), lines(20, 110, 72, 2, 'paper')]),
      phone(176, 12, apps(HOME)), arrow(82, 200, 82, 136, 'warn', 8), tap(86, 206, 0.7), arrow(150, 60, 172, 60, 'brand', 7),
    ],
    [
      stroke('M111 200v12q0 18 20 18h96q24 0 24-24v-40', 'ink', 7),
      box(222, 62, 62, 62, 'paper', 12), { d: 'M242 82v16M264 82v16', line: 'ink', width: 6 }, box(236, 120, 32, 42, 'warm', 6), patch(103, 196, 16, 12, 'ink', 3),
      phone(56, 10, [box(10, 52, 80, 44, 'paper', 8, 4), patch(92, 64, 8, 20, 'ink', 3), patch(15, 57, 16, 34, 'bad', 4), say('20%', 56, 134, 30)], 0, 0.87), solid('bolt', 190, 176, 44, 'warn'),
    ],
  ],
  'DEV-02': () => [
    [
      phone(60, 12, [patch(0, 0, 112, 104, 'tint', 8), tile('wifi', 10, 12, 40, 'brand'), tile('bars', 62, 12, 40, 'soft', 'ink'), tile('sound', 10, 58, 40, 'soft', 'ink'), tile('moon', 62, 58, 40, 'soft', 'ink'), ...[116, 146].map((y) => at(0, y, [sign('wifi', 14, 10, 22), lines(32, 8, 70, 1)]))]),
      arrow(36, 22, 36, 108, 'warn', 8), tap(100, 68),
    ],
    [
      phone(20, 12, [sign('wifi', 56, 30, 50, 'brand', 2.8), field(6, 70, 100, 30), dots(22, 85, 6, 13, 4.5), button(6, 114, 100, 32)]),
      bubble(186, 14, 118, 56, 'right', 'paper', [sign('wifi', 30, 28, 34, 'brand'), sign('key', 82, 28, 44)]),
      person('man', 262, 92, 'talk', 1.35), tap(108, 142, 0.8),
    ],
    [
      phone(20, 12, [head('shade', 'gear'), sign('bars', 20, 66, 34, 'brand', 3), ...toggle(62, 57, true), lines(8, 100, 96, 2)]),
      box(182, 34, 118, 76, 'shade', 10), solid('play', 241, 72, 44, 'on'), arrow(241, 122, 241, 150, 'bad', 7), coin(204, 184, 20), coin(241, 192, 20), coin(278, 184, 20), tap(118, 110, 0.8),
    ],
    [
      shop(186, 118, 1), { d: 'M214 90a46 46 0 0 1 64 0M224 101a30 30 0 0 1 44 0M234 111a16 16 0 0 1 24 0', line: 'brand', width: 6 },
      phone(36, 12, [head('brand', 'wallet'), bankCard(12, 50, 1.05), lines(8, 124, 96, 2)]), ban(100, 112, 58),
    ],
  ],
  'DEV-03': () => [
    [phone(60, 12, apps(HOME)), ring(99, 84, 48, 48), tap(122, 116), at(214, 30, [tile('bag', 0, 0, 72, 'warn', 'ink')])],
    [
      phone(24, 12, [field(2, 4, 108, 26), sign('search', 16, 17, 18), lines(30, 14, 50, 1, 'ink'), tile('shield', 6, 46, 34, 'bad'), lines(48, 50, 54, 1, 'ink'), lines(48, 68, 60, 1, 'ok'), row(108, 'soft'), row(146, 'soft')]),
      ring(74, 94, 74, 26), arrow(152, 107, 184, 107, 'warn', 6), office(188, 62, 0.98, 'bad'), yes(286, 52, 22),
    ],
    [
      phone(20, 12, [tile('shield', 34, 20, 44, 'bad'), lines(20, 74, 72, 1), button(6, 98, 100, 38, 'ok', 'Cài đặt', 18)]),
      bubble(180, 22, 122, 78, 'right', 'paper', [lines(16, 16, 90, 1), sign('link', 61, 50, 44, 'brand')]), ban(241, 62, 46), tap(104, 174, 0.8),
    ],
    [
      phone(20, 12, [head('shade', 'bag'), ...[44, 88, 132].flatMap((y, i) => [tile((['chat', 'shield', 'book'] as const)[i] ?? 'book', 4, y, 30, (['brand', 'bad', 'ok'] as const)[i] ?? 'ok'), button(48, y + 1, 60, 28, 'brand', 'Cập nhật', 12)])]),
      box(192, 36, 108, 108, 'paper', 10), patch(193.5, 37.5, 105, 26, 'bad', 8), { d: 'M218 28v16M274 28v16', line: 'ink', width: 5 }, say('1', 246, 126, 56), tap(114, 110, 0.8),
    ],
  ],
  'INF-01': () => [
    [
      phone(24, 12, [field(2, 30, 108, 34), sign('search', 18, 47, 24), sign('mic', 94, 47, 26, 'brand', 2.8), lines(8, 84, 96, 3)]),
      bubble(176, 20, 120, 58, 'right', 'paper', [lines(16, 18, 88, 2, 'grey')]), person('granny', 268, 108, 'talk', 1.25), tap(128, 96, 0.8),
    ],
    [
      phone(24, 12, [box(0, 6, 112, 62, 'paper', 10, 3), lines(10, 16, 80, 1, 'grey'), say('.gov.vn', 56, 56, 25, 'brand'), box(0, 84, 112, 62, 'soft', 10, 3), lines(10, 94, 80, 1, 'grey'), say('???', 56, 134, 25, 'ink')]),
      yes(188, 71, 24), no(188, 149, 24), paper(232, 36, 66, 90, [lines(10, 16, 34, 1, 'ink'), patch(10, 32, 46, 24, 'tint'), lines(10, 64, 46, 2)], 8), solid('star', 284, 132, 34, 'warn'),
    ],
    [
      phone(16, 12, [head('brand'), patch(6, 44, 100, 56, 'tint'), solid('sparkle', 56, 72, 34, 'warn'), lines(6, 114, 100, 3, 'ink')]),
      phone(176, 12, [head('ok'), patch(6, 44, 100, 56, 'tint'), solid('sparkle', 56, 72, 34, 'warn'), lines(6, 114, 100, 3, 'ink')]),
      disc(160, 116, 30, 'on'), { d: 'M146 107h28M146 124h28', line: 'ok', width: 8 },
    ],
    [
      phone(60, 12, [bubble(2, 10, 96, 76, 'left', 'tint', [sign('ask', 48, 38, 50, 'ink', 3)]), box(28, 124, 56, 44, 'brand', 12, 3), sign('share', 56, 146, 34, 'on', 2.6)]),
      ban(124, 180, 36), palm(248, 112, 1.25),
    ],
  ],
  'INF-02': () => [
    [
      phone(24, 12, [bubble(30, 6, 80, 44, 'right', 'tint', [sign('ask', 40, 22, 34, 'ink', 3)]), bubble(2, 76, 88, 48, 'left', 'paper', [sign('sparkle', 20, 24, 26, 'brand'), lines(38, 14, 42, 2)]), field(2, 148, 82, 26), sign('mic', 98, 161, 24, 'brand', 2.8)]),
      person('granny', 258, 96, 'talk', 1.45), tap(138, 208, 0.72),
    ],
    [
      phone(20, 12, [sign('sparkle', 56, 42, 56, 'brand', 2.6), lines(16, 90, 80, 2), field(2, 138, 108, 32)]),
      idCard(192, 16), no(292, 26, 15), box(192, 92, 92, 52, 'paper', 8), sign('key', 238, 118, 48), no(292, 96, 15), paper(204, 160, 64, 74, [solid('heart', 30, 32, 28, 'bad'), lines(10, 56, 44, 1)]), no(292, 172, 15),
    ],
    [
      phone(14, 12, [sign('sparkle', 56, 30, 40, 'brand', 2.6), solid('pill', 32, 86, 44, 'warm'), sign('scales', 82, 86, 46, 'ink', 2.4), lines(10, 130, 92, 2)]),
      arrow(150, 82, 180, 66, 'warn', 7), arrow(150, 156, 180, 172, 'warn', 7), person('doctor', 240, 10, 'talk', 1.08), person('clerk', 240, 130, 'talk', 1.08),
    ],
    [
      phone(50, 12, [bubble(4, 16, 104, 88, 'left', 'paper', [sign('sparkle', 22, 20, 24, 'brand'), say('2+2=5', 52, 66, 25)]), lines(8, 140, 90, 2)]),
      no(176, 62, 24), { d: 'M250 92a40 40 0 1 0 .1 0M278 164l26 34', line: 'ink', width: 9 }, { d: 'M250 98a34 34 0 1 0 .1 0', fill: 'on' }, sign('ask', 250, 132, 44, 'bad', 3.2),
    ],
  ],
  'INF-03': () => [
    [
      phone(60, 12, [patch(0, 0, 112, 70, 'tint', 8), sign('book', 56, 34, 56, 'brand', 2.4), lines(14, 82, 84, 1), button(4, 108, 104, 38, 'brand', 'Đăng nhập', 16)]),
      at(220, 40, [solid('shield', 34, 34, 84, 'tint'), sign('key', 34, 32, 36)]), tap(144, 183, 0.85),
    ],
    [
      phone(60, 12, [head('brand', 'book'), ...[44, 90, 136].flatMap((y) => [box(2, y, 108, 38, y === 90 ? 'tint' : 'paper', 8, 2.5), solid('play', 22, y + 19, 24, 'ok'), lines(40, y + 11, 60, 2, 'soft', 11)])]),
      ring(66, 120, 116, 46), tap(136, 148), sign('clock', 258, 60, 66, 'brand', 2.4), say('5′', 258, 122, 26),
    ],
    [
      phone(60, 12, [patch(4, 2, 104, 54, 'shade', 8), solid('play', 56, 29, 30, 'on'), ...[74, 106, 138].map((y) => at(4, y, [disc(12, 11, 9, y === 106 ? 'ok' : 'paper', 3), ...(y === 106 ? [sign('tick', 12, 11, 14, 'on', 4)] : []), lines(32, 8, 70, 1, y === 106 ? 'ink' : 'soft')]))]),
      tap(92, 156), sign('ask', 252, 66, 90, 'brand', 2.6),
    ],
    [
      box(36, 40, 168, 164, 'paper', 14), patch(38, 42, 164, 34, 'brand', 12), { d: 'M78 28v26M162 28v26', line: 'ink', width: 6 },
      ...[0, 1, 2].flatMap((week) => [...Array.from({ length: 6 }, (_, day) => spot(58 + day * 23, 100 + week * 36, 6, 'soft')), badge('tick', 184, 100 + week * 36, 13, 'ok')]),
      at(226, 96, [sign('book', 36, 40, 84, 'brand', 2.2)]),
    ],
  ],
  'COM-01': () => [
    [
      phone(40, 12, [patch(0, 0, 112, 44, 'tint', 8), at(20, 6, [person('child', 0, 0, 'smile', 0.34)]), lines(40, 18, 26, 1, 'ink'), at(92, 22, [disc(0, 0, 16, 'brand', 3), sign('video', 0, 0, 20, 'on', 2.6)]), bubble(4, 62, 70, 32, 'left', 'soft'), bubble(40, 116, 70, 32, 'right', 'tint')]),
      tap(146, 74, 0.85), box(214, 14, 92, 116, 'tint', 14), person('child', 260, 30, 'smile', 1),
    ],
    [
      phone(40, 12, [head('brand', 'home'), bubble(4, 46, 98, 54, 'left', 'paper', [sign('sound', 22, 27, 28, 'brand'), lines(42, 18, 46, 2)]), bubble(30, 126, 78, 34, 'right', 'tint', [lines(14, 14, 50, 1, 'grey')])]),
      person('grandpa', 222, 24, 'smile', 0.72), person('woman', 280, 24, 'smile', 0.72), person('man', 222, 130, 'smile', 0.72), person('granny', 280, 130, 'smile', 0.72), tap(126, 78, 0.6),
    ],
    [
      phone(14, 12, [head('soft'), bubble(2, 44, 106, 70, 'left', 'paper', [coin(28, 34, 18), coin(52, 34, 18), sign('ask', 86, 34, 36, 'bad', 3)])]),
      mind(142, 60, 18), arrow(150, 140, 182, 140, 'brand', 7), badge('call', 212, 140, 28, 'ok'), bubble(190, 14, 112, 62, 'right', 'paper', [sign('call', 34, 31, 36, 'ok'), yes(80, 31, 17)]), person('woman', 272, 112, 'talk', 1.1),
    ],
    [
      phone(50, 12, [patch(6, 2, 100, 98, 'soft', 8), person('stranger', 56, 6, 'flat', 0.94), box(2, 122, 50, 40, 'soft', 10, 3), box(60, 122, 50, 40, 'bad', 10, 3), sign('tick', 27, 142, 26), sign('cross', 85, 142, 28, 'on', 3.5)]),
      tap(150, 190, 0.82), ban(86, 176, 27), palm(262, 66, 1.1),
    ],
  ],
  'COM-02': () => [
    [
      phone(50, 12, [patch(0, 0, 112, 176, 'shade', 8), ...pothole(8, 22), { d: 'M6 34V18h16M106 34V18H90M6 86v16h16M106 86v16H90', line: 'warn', width: 4 }, disc(56, 146, 20, 'on'), spot(56, 146, 14, 'bad')]),
      tap(118, 182, 0.75), person('woman', 256, 26, 'flat', 0.95), ban(256, 70, 48),
    ],
    [
      phone(24, 12, [head('brand', 'home'), ...[44, 94].flatMap((y, i) => [box(2, y, 50, 44, 'tint', 8, 3), sign((['sound', 'paper'] as const)[i] ?? 'paper', 27, y + 22, 28, 'brand'), box(60, y, 50, 44, 'tint', 8, 3), sign((['calendar', 'heart'] as const)[i] ?? 'heart', 85, y + 22, 28)])]),
      ring(31, 75, 56, 50), tap(60, 104, 0.82), arrow(160, 70, 186, 70, 'brand', 7), office(188, 46, 0.96, 'brand', 'star'),
    ],
    [
      phone(60, 12, [box(2, 4, 108, 70, 'tint', 8, 3), lines(12, 18, 88, 3, 'ink'), field(2, 86, 108, 30), solid('pin', 18, 100, 26, 'bad'), lines(36, 97, 60, 1, 'ink'), button(2, 130, 108, 38, 'brand', 'Gửi', 19)]),
      tap(146, 204, 0.8), at(216, 32, pothole(0, 0)), solid('pin', 266, 76, 40, 'bad'),
    ],
    [
      sign('calendar', 60, 62, 80, 'ink', 2), arrow(60, 118, 60, 168, 'warn', 8),
      phone(104, 12, [head('brand', 'sound'), at(4, 44, pothole(4, 0), 0.92), bubble(6, 122, 100, 40, 'right', 'tint', [yes(20, 20, 13), lines(42, 12, 48, 2)])]), person('clerk', 274, 122, 'talk', 1.12),
    ],
  ],
} satisfies Record<string, () => readonly Scene[]>
