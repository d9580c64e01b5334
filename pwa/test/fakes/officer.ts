import type { OfficerBook, QueueItem } from '../../src/lib/api/types.ts'

/** 23 November 2026, 09:00, a Monday; the day after is a holiday. */
export const NOW = Date.parse('2026-11-23T02:00:00Z')

export function task(id: string, more: Partial<QueueItem> = {}): QueueItem {
  return {
    id, kind: 'POLICE_RECOVERY', source: 'door', state: 'new', opened_at: NOW - 86_400_000, due_on: 20261126, group_id: 'g5',
    door: { household_id: `h-${id}`, alley_id: 'a34', alley: 'Ngõ 34', house: '21', sort: `n${id}`, team: 'Đội 1', visited_on: 20261122 },
    ...more,
  }
}

/** A small book, as the pull brings it. */
export function bookOf(more: Partial<OfficerBook> = {}): OfficerBook {
  return {
    groups: [
      { id: 'g5', code: 'T5', name: 'Tổ dân phố Thái Học 2' },
      { id: 'g6', code: 'T6', name: 'Tổ dân phố Trại Sen' },
    ],
    help_types: [
      { code: 'H02', vi: 'Thu nhận lưu động tại nhà', en: 'Mobile enrolment at home', quick: true, crowd: false },
      { code: 'H03', vi: 'Kích hoạt tài khoản', en: 'Activation', quick: true, crowd: false },
      { code: 'H14', vi: 'Tuyên truyền an toàn', en: 'Awareness session', quick: false, crowd: true },
    ],
    kit: [{ code: 'CAMERA', vi: 'Máy ảnh, phông nền', en: 'Camera and backdrop' }],
    holidays: [20261124],
    queue: [],
    sessions: [],
    days: [],
    alerts: [],
    ...more,
  }
}
