/** Scenes of the cards about frauds: how to know one, what to do, what to do when it is too late. */
import {
  arrow, at, badge, ban, bankCard, box, bubble, coin, disc, dots, field, head, lines, mind, no, office, palm, paper, patch,
  person, phone, qr, ring, say, shape, sign, solid, spot, stroke, tap, tile, yes, type Scene,
} from './drawing.ts'

/** A call that comes in: the caller has no face. */
const call = (x: number, y: number, of: Scene = [], scale = 1): Scene[number] =>
  phone(x, y, [patch(0, 0, 112, 176, 'shade', 8), person('stranger', 56, 24, 'flat', 0.9), ...of], 0, scale)
const cap: Scene[number] = at(56, 30, [shape('M-26 8h52l4-9C31-11 16-16 0-16s-31 5-30 15z', 'leaf', 3), solid('star', 0, -4, 13, 'warn')])
/** The bank locks a card. */
const locked = (x: number, y: number, scale = 1): Scene => [bankCard(x, y, scale), badge('lock', x + 78 * scale, y + 50 * scale, 18, 'bad')]
/** The ward police, to whom it is told. */
const told = (x: number, y: number, scale = 1.1): Scene => [person('officer', x, y, 'talk', scale), badge('shield', x - 44 * scale, y + 8, 20, 'leaf')]
/** A face in the frame of a camera. */
const face: Scene = [
  patch(0, 0, 112, 176, 'shade', 8), { d: 'M56 18a40 50 0 1 0 .1 0', fill: 'tint' },
  at(56, 34, [disc(0, 29, 23, 'skin', 3), spot(-8, 28, 2.6, 'ink'), spot(8, 28, 2.6, 'ink'), stroke('M-6 40h12', 'ink', 3), { d: 'M-24 28C-27 8-14 2 0 2s27 6 24 26c-6-10-12-13-24-13s-18 3-24 13z', fill: 'grey', line: 'ink', width: 3 }]),
]
const camera = sign('camera', 56, 148, 38, 'on')

export const scamScenes = {
  fake_officer: () => [
    [
      call(20, 12, [cap, sign('call', 56, 150, 36, 'on')]), bubble(160, 16, 148, 72, 'left', 'paper', [sign('clock', 36, 36, 44, 'bad', 2.6), tile('link', 70, 14, 44, 'warn', 'ink'), sign('bang', 128, 36, 40, 'bad', 4)]), person('granny', 244, 112, 'worry', 1.3),
    ],
    [
      call(14, 12, [cap, badge('hang', 56, 146, 28, 'bad')]), tap(84, 204, 0.7), arrow(150, 120, 186, 120, 'ok', 8), office(194, 20, 0.92, 'leaf'), person('officer', 250, 130, 'smile', 1.1), yes(182, 46, 18),
    ],
    [
      phone(10, 12, [patch(0, 0, 112, 176, 'shade', 8), badge('power', 56, 88, 40, 'bad')]), arrow(144, 60, 166, 60, 'warn', 6), sign('call', 186, 60, 38, 'ink', 2.6), ...locked(216, 30, 0.9), arrow(256, 102, 256, 124, 'warn', 6), ...told(252, 142, 0.98),
    ],
  ],
  fake_app: () => [
    [
      phone(20, 12, [head('soft', 'chat'), bubble(2, 44, 106, 78, 'left', 'tint', [tile('download', 12, 18, 42, 'warn', 'ink'), sign('link', 80, 39, 36, 'bad')])]), tap(120, 178, 0.8), ban(84, 98, 58), person('stranger', 250, 96, 'flat', 1.25), arrow(206, 60, 158, 60, 'bad', 7),
    ],
    [
      phone(20, 12, [head('warn', 'bag'), tile('shield', 32, 46, 48, 'bad'), lines(16, 106, 80, 2, 'ink'), badge('tick', 56, 152, 16, 'ok')]), yes(150, 48, 22), tile('download', 208, 40, 76, 'soft', 'ink'), no(288, 44, 20), stroke('M204 36l86 86', 'bad', 7), person('woman', 246, 140, 'smile', 1),
    ],
    [
      phone(16, 12, [tile('download', 34, 4, 44, 'warn', 'ink'), at(56, 112, [disc(0, 0, 42, 'brand'), sign('plane', 0, 0, 54, 'on', 2.2)])]), tap(92, 162, 0.78), sign('wifi', 192, 60, 60, 'ink', 2.6), stroke('M166 86l52-52', 'bad', 7), ...told(256, 116, 1.2),
    ],
  ],
  small_fee: () => [
    [
      phone(16, 12, [head('soft', 'chat'), bubble(2, 46, 106, 70, 'left', 'tint', [coin(28, 34, 16), sign('link', 74, 34, 38, 'bad')])]), mind(150, 46, 20), sign('wallet', 244, 96, 110, 'ink', 2.2), arrow(200, 170, 158, 170, 'bad', 8), coin(232, 172, 14), coin(262, 178, 14), coin(290, 170, 14),
    ],
    [
      coin(40, 120, 26), arrow(76, 120, 108, 120, 'ok', 8), person('clerk', 176, 62, 'smile', 1.3), shape('M112 178h130v66H112z', 'warm'), paper(252, 84, 58, 84, [lines(10, 24, 38, 3, 'ink', 14), solid('star', 30, 68, 14, 'bad')], 4), yes(250, 54, 20),
    ],
    [
      person('woman', 60, 92, 'talk', 1.3), sign('call', 108, 60, 40, 'ok', 2.8), arrow(130, 60, 160, 60, 'brand', 7), ...locked(172, 34, 1.2), bubble(176, 130, 92, 62, 'left', 'paper', [sign('link', 32, 31, 32, 'bad'), sign('lock', 66, 31, 32, 'ok')]), badge('shield', 292, 164, 20, 'leaf'),
    ],
  ],
  camera_face: () => [
    [
      phone(24, 12, [...face, camera]), arrow(20, 40, 4, 40, 'bad', 5), arrow(156, 40, 172, 40, 'bad', 5), bubble(184, 18, 124, 64, 'right', 'paper', [sign('eye', 36, 32, 38, 'bad'), sign('camera', 86, 32, 38)]), person('stranger', 252, 106, 'flat', 1.15),
    ],
    [
      shape('M0 190h168v54H0z', 'warm'), at(84, 176, [box(-64, -14, 128, 24, 'grey', 10, 5)]), palm(84, 76, 0.9), arrow(84, 128, 84, 150, 'ok', 6), person('officer', 222, 100, 'smile', 1.25), sign('camera', 288, 70, 54, 'ink', 2.4), stroke('M288 96v40M270 146l18-14l18 14', 'ink', 5), yes(182, 54, 18),
    ],
    [
      sign('call', 50, 56, 56, 'ok', 2.6), ...locked(18, 116, 1.1), arrow(122, 120, 146, 120, 'warn', 7), paper(156, 60, 66, 116, [sign('key', 33, 48, 46, 'brand', 2.8), dots(12, 88, 4, 14, 4.5)], 2), ...told(272, 110, 1.05),
    ],
  ],
  fake_service: () => [
    [
      call(20, 12, [sign('call', 56, 150, 36, 'on')]), solid('bolt', 190, 46, 56, 'warn'), sign('scales', 248, 46, 54, 'ink', 2.2), sign('book', 296, 60, 40, 'brand', 2.4), person('grandpa', 244, 108, 'worry', 1.35), mind(168, 108, 18),
    ],
    [
      paper(20, 20, 112, 172, [solid('bolt', 26, 32, 32, 'warn'), lines(48, 26, 40, 2, 'ink'), sign('call', 22, 92, 26, 'ok'), dots(42, 92, 5, 13, 4.5), lines(14, 122, 84, 2)], 0), ring(26, 92, 100, 42), arrow(142, 112, 170, 112, 'ok', 7), person('grandpa', 242, 90, 'talk', 1.4), sign('call', 196, 60, 42, 'ok', 2.8),
    ],
    [
      coin(36, 70, 18), arrow(62, 70, 92, 70, 'bad', 7), office(108, 26, 0.94, 'brand', 'star'), ban(52, 70, 46), phone(22, 138, [patch(0, 0, 112, 176, 'shade', 8), badge('power', 56, 88, 44, 'bad')], 0, 0.46), ...told(254, 120, 1.15),
    ],
  ],
  fake_transfer: () => [
    [
      person('man', 60, 96, 'smile', 1.25), phone(96, 26, [patch(0, 0, 112, 176, 'tint', 8), badge('tick', 56, 66, 40, 'ok'), lines(14, 126, 84, 2, 'ink')], 8, 0.5), no(172, 40, 20), at(206, 76, [shape('M6 104h68l10 18H-4z', 'soft'), box(0, 0, 80, 106, 'paper', 8, 4), patch(2, 2, 76, 20, 'brand', 6), qr(14, 32, 52), box(22, 34, 54, 54, 'paper', 2, 3), sign('ask', 49, 61, 44, 'bad', 3)]),
    ],
    [
      box(20, 84, 96, 112, 'shade', 16, 5), disc(68, 146, 32, 'grey'), disc(68, 146, 13, 'shade'), spot(68, 102, 5, 'ok'), coin(68, 50, 22), stroke('M6 120a40 40 0 0 0 0 50M130 120a40 40 0 0 1 0 50', 'warn', 6), person('seller', 208, 84, 'smile', 1.4), phone(252, 96, [patch(0, 0, 112, 176, 'tint', 8), coin(56, 60, 34), badge('tick', 56, 130, 26, 'ok')], 6, 0.5), yes(278, 60, 18),
    ],
    [
      at(30, 60, [box(0, 0, 80, 106, 'paper', 8, 4), qr(14, 32, 52)]), stroke('M26 56l88 114M114 56L26 170', 'bad', 8), arrow(122, 112, 146, 112, 'ok', 7), at(156, 60, [box(0, 0, 80, 106, 'paper', 8, 4), patch(2, 2, 76, 20, 'ok', 6), qr(14, 32, 52)]), yes(234, 62, 18), person('officer', 276, 128, 'smile', 1), office(246, 20, 0.5, 'brand', 'star'),
    ],
  ],
  easy_money: () => [
    [
      person('stranger', 60, 96, 'flat', 1.3), coin(126, 120, 13), arrow(144, 120, 170, 120, 'ok', 5), person('woman', 222, 96, 'smile', 1.25), at(284, 52, [shape('M-22-6c-18 22-24 50 0 54h44c24-4 18-32 0-54z', 'warn'), stroke('M-14-8h28', 'ink', 5), say('đ', 0, 32, 30)]), arrow(250, 40, 130, 40, 'bad', 8),
    ],
    [
      palm(62, 84, 1.25), coin(126, 60, 16), no(138, 92, 20), person('grandpa', 196, 104, 'talk', 1.1), person('officer', 274, 92, 'talk', 1.25), bubble(176, 16, 88, 54, 'down', 'paper', [sign('ask', 44, 27, 36, 'brand', 3)]),
    ],
    [
      coin(30, 60, 15), coin(66, 60, 15), coin(102, 60, 15), arrow(40, 96, 130, 96, 'bad', 7), ban(84, 74, 56), sign('call', 60, 184, 50, 'ok', 2.6), ...locked(96, 158, 0.8), bubble(196, 20, 104, 62, 'right', 'paper', [sign('chat', 34, 31, 36, 'ink'), sign('lock', 74, 31, 32, 'ok')]), ...told(262, 120, 1.1),
    ],
  ],
  family_crisis: () => [
    [
      phone(20, 12, [...face, sign('ask', 56, 148, 40, 'warn', 3.4)]), bubble(162, 14, 146, 74, 'left', 'paper', [solid('heart', 36, 37, 44, 'bad'), sign('clock', 84, 37, 42, 'bad', 2.6), coin(124, 37, 15)]), person('granny', 244, 112, 'worry', 1.3),
    ],
    [
      person('granny', 62, 96, 'talk', 1.3), sign('call', 116, 66, 44, 'ok', 2.8), arrow(140, 66, 176, 66, 'ok', 7), arrow(176, 98, 140, 98, 'ok', 7), person('man', 246, 92, 'smile', 1.35), solid('heart', 290, 66, 36, 'bad'), yes(200, 46, 18),
    ],
    [
      sign('clock', 44, 54, 64, 'bad', 2.4), person('woman', 66, 116, 'talk', 1.15), field(120, 24, 92, 62), sign('call', 142, 55, 34, 'ok', 2.6), coin(184, 55, 18), arrow(128, 140, 164, 140, 'warn', 7), person('man', 194, 132, 'worry', 1), ...told(272, 100, 1.1),
    ],
  ],
} satisfies Record<string, () => readonly Scene[]>

/** At the end of each: the resident tells the volunteer what to do, in own words. */
export const retold: Scene = [
  person('granny', 84, 96, 'talk', 1.5), person('volunteer', 246, 96, 'smile', 1.5), bubble(96, 12, 132, 66, 'left', 'paper', [badge('hang', 34, 33, 20, 'bad'), arrow(62, 33, 82, 33, 'brand', 5), badge('shield', 104, 33, 18, 'leaf')]),
]
