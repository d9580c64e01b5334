/** How the report's parts are said. */
import type { OpenReason, Referrals, ReferralKind } from './api.ts'
import { t } from './words.ts'

export function sayReason(reason: Pick<OpenReason, 'why' | 'tried'>): string {
  return reason.why === 'tried' ? t(`tried_${reason.tried ?? 'other'}`) : t(`why_${reason.why}`)
}

export const sayReasons = (reasons: readonly OpenReason[]): string => reasons.map((reason) => `${reason.n} ${sayReason(reason)}`).join('; ')

const POLICE = ['POLICE_L2', 'POLICE_MOBILE', 'POLICE_RECOVERY', 'POLICE_DATA', 'POLICE_SCAM'] as const
const isPolice = (kind: ReferralKind): kind is (typeof POLICE)[number] => (POLICE as readonly ReferralKind[]).includes(kind)
export const sayKind = (kind: ReferralKind): string => (isPolice(kind) ? t(`kind_${kind}`) : kind)

/** Age classes with their number of open referrals. */
export const AGES = ['age_0', 'age_1', 'age_2', 'age_3', 'age_4'] as const
export const ageOf = (figures: Referrals, i: number): number => figures.ages[i] ?? 0
