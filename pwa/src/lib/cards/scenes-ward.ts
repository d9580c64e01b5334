/** Scenes of the cards about the electronic identity and the ward's services: one drawing a step. */
import {
  arrow, at, away, badge, ban, bankCard, box, bubble, button, disc, dots, envelope, field, head, house, idCard, lines, no,
  office, palm, paper, patch, person, phone, qr, radio, ring, row, say, shape, sign, solid, spot, stroke, tap, unseen, yes,
  type Scene,
} from './drawing.ts'

const keys = (y: number): Scene => Array.from({ length: 9 }, (_, i) => box(10 + (i % 3) * 33, y + Math.floor(i / 3) * 24, 26, 18, 'soft', 5, 2))
/** A card of the health insurance: a heart. */
const healthCard = (x: number, y: number, scale = 1): Scene => [at(x, y, [box(0, 0, 92, 58, 'paper', 8), patch(2, 2, 88, 14, 'ok', 5), solid('heart', 22, 36, 24, 'bad'), lines(42, 26, 40, 2, 'soft', 13)], scale)]
const carCard = (x: number, y: number, scale = 1): Scene => [at(x, y, [box(0, 0, 92, 58, 'paper', 8), patch(2, 2, 88, 14, 'warn', 5), shape('M10 46v-9l6-9h18l7 9v9z', 'brand', 2.5), disc(17, 47, 4.5, 'shade', 2), disc(34, 47, 4.5, 'shade', 2), lines(50, 27, 34, 2, 'soft', 13)], scale)]

export const wardScenes = {
  'IDN-01': () => [
    [
      phone(60, 12, [bubble(2, 4, 106, 62, 'left', 'tint', [yes(24, 30, 16), lines(48, 16, 48, 2, 'ink', 16)]), button(4, 106, 104, 42, 'brand', 'Kích hoạt', 18)]),
      sign('chat', 240, 60, 72, 'brand', 2.4), tap(152, 186),
    ],
    [
      phone(22, 12, [at(4, 4, [idCard(0, 0, 0.36)]), field(42, 2, 70, 26), dots(53, 15, 5, 12, 3.5), sign('call', 20, 50, 26), field(42, 36, 70, 26), dots(53, 49, 5, 12, 3.5), ...keys(84)]),
      tap(112, 146, 0.82), person('volunteer', 248, 14, 'smile', 0.92), ...unseen(250, 172, 76),
    ],
    [
      phone(20, 12, [say('OTP', 56, 34, 30, 'brand'), ...[0, 1, 2, 3, 4, 5].map((i) => box(1 + i * 19, 50, 16, 26, 'tint', 4, 2.5)), dots(9, 63, 3, 19, 4), ...keys(96)]),
      tap(110, 156, 0.8), bubble(184, 14, 118, 56, 'right', 'paper', [say('OTP ?', 59, 38, 26)]), person('stranger', 262, 96, 'flat', 1.1), ban(243, 44, 40),
    ],
    [
      phone(16, 12, [sign('lock', 56, 36, 56, 'brand', 2.4), field(4, 76, 104, 28), dots(18, 90, 7, 13), field(4, 120, 104, 28), dots(24, 134, 6, 13)]),
      paper(180, 14, 72, 84, [sign('key', 32, 40, 40), lines(12, 64, 46, 1, 'ink')], -6), arrow(232, 108, 240, 136, 'warn', 7), envelope(188, 146, 1.5), tap(100, 176, 0.66),
    ],
  ],
  'IDN-02': () => [
    [
      phone(60, 12, [disc(56, 76, 46, 'tint', 3), sign('print', 56, 76, 66, 'brand', 2.2), dots(24, 150, 6, 13, 4)]),
      tap(140, 128, 1), ...unseen(256, 64, 80),
    ],
    [
      phone(60, 12, [head('brand', 'wallet'), idCard(10, 44, 1), row(116, 'tint', 'heart'), row(150, 'tint', 'paper')]),
      ring(72, 72, 104, 70), tap(146, 122, 0.85), sign('wallet', 256, 62, 84, 'brand', 2.2),
    ],
    [
      phone(16, 22, [head('brand'), idCard(10, 48, 1), yes(56, 136, 22)], -7, 0.92), stroke('M158 104h24M158 118h24M158 90h24', 'brand', 5),
      person('officer', 246, 22, 'smile', 1.15), at(182, 152, [disc(34, 40, 38, 'on'), sign('camera', 34, 40, 46), ban(34, 40, 36)]), sign('eye', 284, 192, 50, 'brand', 2.4),
    ],
    [
      phone(60, 12, [idCard(10, 8, 1), lines(10, 82, 92, 2), box(4, 120, 104, 42, 'bad', 10, 3), sign('exit', 28, 141, 28, 'on', 2.6), say('Thoát', 72, 148, 18, 'on')]),
      tap(152, 200, 0.8), sign('lock', 250, 80, 84, 'brand', 2.2),
    ],
  ],
  'IDN-03': () => [
    [
      phone(60, 12, [head('brand', 'wallet'), idCard(10, 44, 1), box(4, 118, 104, 42, 'ok', 10, 3), sign('plus', 22, 139, 26, 'on', 3.4), say('Tích hợp', 66, 145, 15, 'on')]),
      tap(158, 198, 0.78), sign('wallet', 254, 70, 84, 'brand', 2.2),
    ],
    [
      ...healthCard(14, 22, 1.18), ...carCard(14, 116, 1.18), ring(60, 140, 64, 46),
      arrow(134, 148, 160, 110, 'warn', 7), phone(170, 12, [...radio(14, 18, false), lines(32, 14, 70, 1), ...radio(14, 46, true), lines(32, 42, 70, 1, 'ink'), field(2, 70, 108, 30), dots(16, 85, 7, 13, 4), ...keys(112)]), tap(246, 150, 0.7),
    ],
    [
      phone(30, 12, [lines(6, 8, 100, 3), button(4, 60, 104, 40, 'brand', 'Gửi', 19)]), tap(122, 137, 0.8),
      arrow(186, 60, 214, 60, 'warn', 7), sign('clock', 262, 60, 78, 'ink', 2.2), arrow(262, 112, 262, 138, 'warn', 7), sign('bell', 262, 186, 72, 'brand', 2.4), spot(286, 162, 12, 'bad'),
    ],
    [
      phone(20, 12, [sign('search', 56, 42, 60, 'ink', 2.4), sign('ask', 51, 36, 26, 'bad', 3.4), lines(14, 92, 84, 2, 'ink'), box(20, 132, 72, 32, 'soft', 10, 3)]),
      arrow(154, 110, 182, 110, 'brand', 7), office(188, 46, 0.98, 'ok', 'heart'), ...healthCard(212, 172, 0.9),
    ],
  ],
  'IDN-04': () => [
    [
      phone(60, 12, [sign('lock', 56, 28, 46, 'brand', 2.4), field(2, 60, 108, 26), sign('ask', 56, 73, 20, 'bad', 3.4), button(2, 96, 108, 30), say('Quên mật khẩu?', 56, 154, 13.5, 'brand'), { d: 'M4 161h104', line: 'brand', width: 2 }]),
      ring(64, 168, 120, 34), tap(150, 208, 0.72), sign('key', 258, 66, 88, 'brand', 2.6), sign('ask', 258, 130, 50, 'bad', 3),
    ],
    [
      phone(20, 12, [patch(0, 0, 112, 176, 'tint', 8), say('OTP', 56, 40, 26, 'brand'), ...[0, 1, 2, 3, 4, 5].map((i) => box(1 + i * 19, 54, 16, 26, 'paper', 4, 2.5)), sign('sim', 56, 128, 60, 'ink', 2.2)]),
      box(190, 12, 100, 168, 'shade', 18, 6), disc(210, 34, 9, 'grey', 3), sign('waves', 226, 86, 44, 'on', 2.6), idCard(200, 106, 1.15, -6), arrow(250, 226, 250, 196, 'warn', 7),
    ],
    [
      office(14, 14, 0.98, 'leaf'), person('officer', 52, 140, 'smile', 1.02), idCard(96, 166, 0.86, -6),
      phone(180, 12, [badge('call', 56, 52, 40, 'ok'), say('1900', 56, 130, 30), say('0368', 56, 164, 30)]),
    ],
    [
      phone(20, 12, [head('bad', 'key'), bubble(2, 44, 104, 68, 'left', 'paper', [sign('key', 30, 34, 36), sign('money', 76, 34, 40, 'ok')]), button(30, 136, 78, 30, 'warn')]),
      person('stranger', 246, 20, 'flat', 1.25), no(150, 66, 24), palm(248, 186, 0.8),
    ],
  ],
  'IDN-05': () => [
    [
      person('woman', 138, 128, 'smile', 0.92), person('granny', 58, 84, 'worry', 1.15), bubble(16, 12, 84, 50, 'down', 'paper', [sign('ask', 20, 25, 28, 'bad', 3), box(42, 8, 20, 34, 'soft', 5, 3)]),
      arrow(112, 92, 166, 74, 'brand', 7), phone(180, 14, [sign('lock', 56, 44, 66, 'bad', 2.6), lines(16, 92, 80, 1), button(4, 116, 104, 42, 'bad', 'Khóa', 20)]), tap(262, 198, 0.7),
    ],
    [
      person('granny', 58, 100, 'talk', 1.2), bubble(16, 14, 98, 60, 'down', 'paper', [box(16, 10, 22, 38, 'soft', 5, 3), sign('lock', 66, 30, 36, 'bad', 2.6)]),
      person('officer', 164, 88, 'smile', 1.3), office(214, 26, 0.8, 'leaf'), shape('M110 216h210v26H110z', 'warm'), box(232, 190, 52, 26, 'paper', 3, 3),
    ],
    [
      phone(20, 12, [at(56, 56, [disc(0, 0, 42, 'ok', 3), sign('call', 0, 0, 54, 'on', 2.2)]), patch(16, 118, 80, 8, 'ink'), lines(26, 138, 60, 1)]),
      arrow(156, 76, 186, 60, 'brand', 7), arrow(156, 150, 186, 166, 'brand', 7), bankCard(200, 30, 1.15), badge('lock', 292, 82, 19, 'bad'), box(204, 132, 86, 82, 'tint', 12), sign('sim', 247, 173, 66, 'ink', 2.2), badge('lock', 290, 204, 19, 'bad'),
    ],
  ],
  'IDN-06': () => [
    [
      phone(60, 12, [field(2, 2, 108, 26), sign('search', 16, 15, 18), box(2, 44, 108, 54, 'tint', 10, 3), sign('money', 28, 71, 36, 'ok', 2.4), lines(54, 60, 48, 2, 'ink'), box(2, 110, 108, 54, 'tint', 10, 3), solid('heart', 28, 137, 30, 'bad'), lines(54, 126, 48, 2, 'ink')]),
      tap(150, 116, 0.85), solid('heart', 256, 56, 64, 'bad'),
    ],
    [
      person('grandpa', 62, 84, 'smile', 1.25), phone(96, 112, [sign('money', 56, 60, 70, 'ok', 2.2)], 0, 0.58), 
      away(268, 78, 1.2), ...unseen(216, 44, 60), at(184, 172, [box(0, 0, 46, 54, 'paper', 4, 3), lines(8, 12, 30, 3, 'grey', 14), ban(23, 27, 29)]),
    ],
    [
      phone(20, 12, [head('brand', 'paper'), row(44, 'tint', 'money'), row(84, 'tint', 'heart'), row(124, 'tint', 'home')]), ring(24, 112, 112, 40, 'bad'), no(146, 132, 18),
      bubble(180, 14, 120, 64, 'right', 'paper', [sign('ask', 36, 32, 40, 'bad', 3), sign('paper', 84, 32, 40)]), person('clerk', 258, 100, 'talk', 1.35),
    ],
  ],
  'DVC-01': () => [
    [
      phone(30, 12, [box(-2, 18, 116, 34, 'paper', 10, 3), say('dichvucong.gov.vn', 56, 39, 11, 'brand'), { d: 'M5 45h102', line: 'ok', width: 3 }, patch(4, 72, 104, 50, 'tint'), lines(4, 136, 104, 2)]),
      { d: 'M236 32a46 46 0 1 0 .1 0M268 114l30 40', line: 'ink', width: 9 }, { d: 'M236 39a39 39 0 1 0 .1 0', fill: 'on' }, say('.gov.vn', 236, 87, 19, 'brand'), yes(210, 176, 24),
    ],
    [
      box(150, 20, 156, 106, 'paper', 10, 6), qr(190, 38, 70), shape('M136 130h184v14H136z', 'soft'),
      phone(16, 16, [patch(0, 0, 112, 176, 'shade', 8), qr(26, 40, 60), { d: 'M12 44V26h18M100 44V26H82M12 100v18h18M100 100v18H82', line: 'warn', width: 5 }, solid('shield', 56, 148, 32, 'tint')], 0, 0.94),
      tap(118, 190, 0.66), ...unseen(240, 190, 60),
    ],
    [
      phone(30, 12, [head('brand', 'home'), field(2, 44, 108, 34), sign('search', 18, 61, 24), say('khai sinh', 68, 67, 16), row(94, 'tint', 'paper'), row(134, 'soft', 'paper')]),
      bubble(178, 18, 128, 58, 'right', 'paper', [say('khai sinh', 64, 37, 22)]), person('woman', 262, 100, 'talk', 1.3), tap(128, 118, 0.78),
    ],
    [
      phone(60, 12, [box(0, 2, 112, 32, 'soft', 10, 3), lines(10, 14, 62, 1, 'ink'), solid('mark', 95, 18, 26, 'warn'), patch(4, 50, 104, 60, 'tint'), lines(4, 124, 104, 2)]),
      tap(168, 62, 0.9), solid('mark', 262, 176, 84, 'warn'),
    ],
  ],
  'DVC-02': () => [
    [
      phone(24, 12, [head('brand', 'paper'), ...[46, 80, 114].flatMap((y, i) => [...radio(14, y + 8, i < 2), lines(32, y + 4, 72, 1, 'ink')])]),
      paper(188, 14, 72, 96, [lines(12, 26, 46, 4, 'soft', 15)], -5), idCard(204, 106, 0.98, 5), paper(210, 168, 62, 66, [solid('home', 30, 34, 28, 'tint')], -4), yes(288, 44, 18), arrow(154, 124, 182, 124, 'brand', 7),
    ],
    [
      phone(24, 12, [lines(4, 2, 40, 1), field(2, 14, 108, 26), lines(10, 23, 60, 1, 'ink'), lines(4, 50, 40, 1), field(2, 62, 108, 26), lines(10, 71, 78, 1, 'ink'), box(2, 104, 108, 58, 'tint', 10, 3), sign('camera', 32, 133, 40, 'brand', 2.4), sign('plus', 84, 133, 34, 'brand', 3.4)]),
      paper(200, 30, 90, 116, [lines(14, 30, 60, 5, 'soft', 15)], 4), arrow(194, 148, 156, 166, 'warn', 7), tap(124, 182, 0.72),
    ],
    [
      phone(24, 12, [yes(56, 26, 22), lines(14, 62, 84, 2), button(2, 104, 108, 44, 'brand', 'Nộp', 22)]), tap(120, 185, 0.8),
      paper(188, 40, 108, 120, [say('Mã hồ sơ', 50, 42, 18), { d: 'M16 66h76M16 92h76', line: 'ink', width: 3 }, dots(24, 56, 5, 14, 4.5)], 4), { d: 'M266 176l34-46l12 9l-34 46l-15 6z', fill: 'warn', line: 'ink', width: 3.5 },
    ],
    [
      sign('calendar', 58, 64, 84, 'ink', 2), arrow(58, 122, 58, 168, 'warn', 8),
      phone(124, 12, [head('brand', 'paper'), { d: 'M20 60v88', line: 'ok', width: 5 }, ...[60, 104, 148].flatMap((y, i) => [badge(i < 2 ? 'tick' : 'clock', 20, y, 14, i < 2 ? 'ok' : 'warn'), lines(44, y - 4, 58, 1, i < 2 ? 'ink' : 'soft')])]), sign('eye', 286, 112, 50, 'brand', 2.4),
    ],
  ],
  'DVC-03': () => [
    [
      phone(60, 12, [head('bad', 'shield'), row(44, 'tint', 'wallet'), box(-2, 82, 116, 42, 'tint', 10, 3), at(0, 88, [row(0, 'brand', 'paper')]), row(136, 'tint', 'bell')]),
      tap(150, 144, 0.82), sign('paper', 256, 66, 84, 'brand', 2.2),
    ],
    [
      phone(30, 12, [head('brand', 'paper'), box(0, 44, 112, 58, 'tint', 10, 3), sign('moon', 26, 73, 36, 'brand'), lines(52, 62, 50, 2, 'ink'), box(0, 112, 112, 58, 'tint', 10, 3), solid('home', 26, 141, 36, 'warm'), lines(52, 130, 50, 2, 'ink')]),
      tap(128, 118, 0.85), house(194, 20, 0.92), sign('moon', 292, 40, 34, 'brand'), person('man', 240, 130, 'smile', 1),
    ],
    [
      phone(160, 12, [at(20, 2, [person('man', 0, 0, 'smile', 0.36)]), field(44, 6, 68, 28), lines(52, 17, 44, 1, 'ink'), sign('calendar', 20, 66, 32, 'brand'), field(44, 52, 68, 28), lines(52, 63, 44, 1, 'ink'), button(2, 116, 108, 40)]), tap(258, 98, 0.7),
      house(10, 20, 1), person('man', 66, 134, 'smile', 0.9), box(104, 192, 40, 32, 'brand', 6), stroke('M114 192v-8h20v8'),
    ],
    [
      phone(30, 12, [sign('clock', 56, 46, 76, 'ink', 2.2), button(2, 108, 108, 44, 'brand', 'Gửi', 22)]), tap(126, 190, 0.8),
      bubble(184, 14, 116, 60, 'right', 'paper', [sign('ask', 34, 30, 38, 'bad', 3), solid('home', 82, 30, 38, 'tint')]), person('officer', 262, 98, 'talk', 1.3),
    ],
  ],
} satisfies Record<string, () => readonly Scene[]>
