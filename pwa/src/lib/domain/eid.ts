/** Twin of domain::eid: how far somebody has come with VNeID, and which step a volunteer may write down. */

/** Lowest rung first; the last two are ways to fall off. */
export const EID_STATES = [
  'UNKNOWN', 'NOT_ELIGIBLE', 'NO_CARD', 'CARD_ONLY', 'LEVEL1', 'L2_CAPTURED', 'L2_ISSUED', 'L2_ACTIVE', 'L2_IN_USE', 'ACCESS_LOST', 'LOCKED',
] as const
export type EidState = (typeof EID_STATES)[number]

/** Weakest first. */
export const EVIDENCES = ['self_report', 'seen_on_screen', 'police_confirmed'] as const
export type Evidence = (typeof EVIDENCES)[number]
/** What a volunteer can say of how it is known. */
export type OwnEvidence = Exclude<Evidence, 'police_confirmed'>

export const DEVICES = ['own_smartphone', 'shared_smartphone', 'feature', 'none'] as const
export type Device = (typeof DEVICES)[number]
export const SIMS = ['own_name', 'relative_name', 'unknown'] as const
export type Sim = (typeof SIMS)[number]
export const WANTS = ['yes', 'later', 'no'] as const
export type Wants = (typeof WANTS)[number]
export const BLOCKERS = [
  'NO_DEVICE', 'NO_CARD', 'SIM_OTHER_NAME', 'OLD_PHONE', 'MOBILITY', 'FORGOT_SECRET', 'OLD_DEVICE_CODE', 'FACE_FAIL', 'NFC_FAIL',
  'DATA_MISMATCH', 'FEAR_SCAM', 'NOT_INTERESTED', 'ABROAD',
] as const
export type Blocker = (typeof BLOCKERS)[number]
export const PAPERS = ['BHYT', 'GPLX', 'DANG_KY_XE', 'NGUOI_PHU_THUOC', 'AN_SINH', 'SO_SUC_KHOE', 'CHU_KY_SO'] as const
export type Paper = (typeof PAPERS)[number]

/** What is beside the ladder: never more than a tick, never a number. */
export interface EidAttributes {
  device?: Device
  sim?: Sim
  wants_l2?: Wants
  blockers?: Blocker[]
  integrated?: Paper[]
}

export interface Eid extends EidAttributes {
  state: EidState
  evidence: Evidence
}

export interface EidStep extends EidAttributes {
  state: EidState
  evidence: Evidence
  /** It was so before the campaign came, and the resident's own phone shows it: any rung, at once. */
  before?: true
}

/** A word about a rung that stands, as this team may see it. */
export interface EidWord extends Eid {
  /** The operation that said it; words of an older book have none. */
  id?: string
  at: number
  /** The own team said it, and may take it back. */
  ours?: boolean
  /** What stands once it is taken back; absent when nothing was known before. */
  back?: EidWord
}

export type EidFault = 'not_yours_to_set' | 'no_such_step' | 'weaker_evidence' | 'needs_smartphone'

const NEXT: Readonly<Record<EidState, readonly EidState[]>> = {
  UNKNOWN: EID_STATES,
  NOT_ELIGIBLE: ['NO_CARD', 'CARD_ONLY', 'LEVEL1'],
  NO_CARD: ['CARD_ONLY', 'L2_CAPTURED'],
  CARD_ONLY: ['LEVEL1', 'L2_CAPTURED'],
  LEVEL1: ['L2_CAPTURED'],
  L2_CAPTURED: ['L2_ISSUED', 'CARD_ONLY'],
  L2_ISSUED: ['L2_ACTIVE'],
  L2_ACTIVE: ['L2_IN_USE', 'ACCESS_LOST', 'LOCKED'],
  L2_IN_USE: ['ACCESS_LOST', 'LOCKED'],
  ACCESS_LOST: ['L2_ACTIVE', 'L2_IN_USE', 'LOCKED'],
  LOCKED: ['L2_ACTIVE', 'L2_IN_USE', 'ACCESS_LOST'],
}

const POLICE_ONLY: readonly EidState[] = ['L2_CAPTURED', 'LOCKED']
/** The message of approval and an app that opens can be looked at: somebody's word is not enough for them. */
const TO_BE_SEEN: readonly EidState[] = ['L2_ISSUED', 'L2_ACTIVE']

/** The app opens on a screen: nobody stands here without a phone that has one. */
const OPENS: readonly EidState[] = ['L2_ACTIVE', 'L2_IN_USE']
const WITHOUT_SCREEN: readonly Device[] = ['feature', 'none']

const rank = (evidence: Evidence): number => EVIDENCES.indexOf(evidence)

/** Where somebody stands, and how it is known. */
export type Standing = Pick<Eid, 'state' | 'evidence'>
/** What the next word is judged by. */
export type Known = Standing & Pick<Eid, 'device'>

/**
 * Where somebody stands after a volunteer has said this. A step of the ladder is news and counts with
 * whatever evidence it has; the same rung again keeps the better evidence; a jump must have been seen.
 * Of the device, what was known holds until another is named: leaving it out gives nobody a smartphone.
 */
export function eidAfter(known: Known | null, { state, evidence, before, device = known?.device }: EidStep): { ok: Standing } | { fault: EidFault } {
  if (POLICE_ONLY.includes(state) || evidence === 'police_confirmed') return { fault: 'not_yours_to_set' }
  if (TO_BE_SEEN.includes(state) && evidence === 'self_report') return { fault: 'weaker_evidence' }
  if (OPENS.includes(state) && device && WITHOUT_SCREEN.includes(device)) return { fault: 'needs_smartphone' }
  if (!known) return { ok: { state, evidence } }
  if (known.state === state) return { ok: { state, evidence: rank(known.evidence) > rank(evidence) ? known.evidence : evidence } }
  if (NEXT[known.state].includes(state)) return { ok: { state, evidence } }
  if (!before || evidence !== 'seen_on_screen') return { fault: 'no_such_step' }
  if (rank(evidence) < rank(known.evidence)) return { fault: 'weaker_evidence' }
  return { ok: { state, evidence } }
}

/** How a state could be written down now: as the resident says, as the screen shows, or as it was before. */
export interface EidWay {
  evidence: OwnEvidence
  before?: true
}

const WAYS: readonly EidWay[] = [{ evidence: 'self_report' }, { evidence: 'seen_on_screen' }, { evidence: 'seen_on_screen', before: true }]

/** The ways open to a volunteer; none when the step is the police's, would overwrite what they confirmed, or needs a better phone. */
export function waysTo(state: EidState, known: Known | null, device?: Device): EidWay[] {
  const open = WAYS.filter((way) => 'ok' in eidAfter(known, { state, ...way, ...(device && { device }) }))
  // What the ladder allows anyway needs no "before".
  return open.some((way) => !way.before) ? open.filter((way) => !way.before) : open
}

/** The states to choose from, in the order of the ladder, the present one left out. */
export const statesFrom = (known: Known | null, device?: Device): EidState[] =>
  EID_STATES.filter((state) => state !== 'UNKNOWN' && state !== (known?.state ?? 'UNKNOWN') && waysTo(state, known, device).length > 0)

/** May the team that said this take it back? Not what the police say, or only they may say. */
export const yields = ({ state, evidence }: Standing): boolean => !POLICE_ONLY.includes(state) && evidence !== 'police_confirmed'

/** What stands once the own team has taken a word of its own back; what others said since stands as it did. */
export function takenBack(now: EidWord | undefined, id: string): EidWord | undefined {
  if (!now) return undefined
  if (now.id === id) return now.ours ? now.back : now
  const { back, ...word } = now
  const before = takenBack(back, id)
  return before ? { ...word, back: before } : word
}

/** Where the ladder leads from here for the police, who may take every step of it; any other rung is a correction. */
export const policeSteps = (known: EidState | undefined): readonly EidState[] => NEXT[known ?? 'UNKNOWN'].filter((state) => state !== (known ?? 'UNKNOWN'))
