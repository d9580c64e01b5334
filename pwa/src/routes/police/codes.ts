/** Codes of the wire that officers choose from, in the order in which they are offered. */
import type { Channel, HelpWhy, MobileResult, ReturnWhy, ScamKind } from '$lib/api/types.ts'

export const CHANNELS = ['office', 'home', 'mobile_point', 'phone'] as const satisfies readonly Channel[]
export const WHYS = ['papers_missing', 'absent', 'equipment', 'sim_other_name', 'data_mismatch', 'not_readable', 'not_wanted', 'office_only', 'other'] as const satisfies readonly HelpWhy[]
export const RETURNS = ['not_reached', 'not_needed', 'papers_first', 'come_to_office', 'not_for_police', 'twice', 'other'] as const satisfies readonly ReturnWhy[]
export const RESULTS = ['captured', 'pending', 'not_done'] as const satisfies readonly MobileResult[]
export const SCAMS = [
  'fake_officer', 'fake_app', 'small_fee', 'camera_face', 'fake_service', 'fake_transfer', 'easy_money', 'family_crisis', 'other',
] as const satisfies readonly ScamKind[]
