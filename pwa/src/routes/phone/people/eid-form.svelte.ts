import type { Learner, LearnerEid } from '$lib/api/types.ts'
import { BLOCKERS, eidAfter, PAPERS, statesFrom, waysTo, type Blocker, type Device, type EidFault, type EidState, type EidWay, type Paper, type Sim, type Wants } from '$lib/domain/eid.ts'
import { inOrder } from '$lib/domain/learner.ts'

/** One look at somebody's VNeID: the step, what is beside it, and how it is known. */
export class EidForm {
  state = $state<EidState>('UNKNOWN')
  device = $state<Device | undefined>()
  sim = $state<Sim | undefined>()
  wants = $state<Wants | undefined>()
  blockers = $state<Blocker[]>([])
  papers = $state<Paper[]>([])
  readonly learner: Learner

  constructor(learner: Learner, target: EidState) {
    this.learner = learner
    const { eid } = learner
    this.state = target
    this.device = eid?.device
    this.sim = eid?.sim
    this.wants = eid?.wants_l2
    this.blockers = [...(eid?.blockers ?? [])]
    this.papers = [...(eid?.integrated ?? [])]
  }

  get held(): EidState {
    return this.learner.eid?.state ?? 'UNKNOWN'
  }

  /** Where somebody stands, and where a volunteer may put them from there. */
  get states(): EidState[] {
    return [...(this.held === 'UNKNOWN' ? [] : [this.held]), ...statesFrom(this.learner.eid ?? null, this.device)]
  }

  get ways(): EidWay[] {
    return waysTo(this.state, this.learner.eid ?? null, this.device)
  }

  /** Nobody may write the step from here: why, for whoever saw it. */
  get fault(): EidFault | null {
    const device = this.device && { device: this.device }
    const answer = eidAfter(this.learner.eid ?? null, { state: this.state, evidence: 'seen_on_screen', before: true, ...device })
    return 'fault' in answer ? answer.fault : null
  }

  toggleBlocker(blocker: Blocker): void {
    this.blockers = this.blockers.includes(blocker) ? this.blockers.filter((each) => each !== blocker) : inOrder(BLOCKERS, [...this.blockers, blocker])
  }

  togglePaper(paper: Paper): void {
    this.papers = this.papers.includes(paper) ? this.papers.filter((each) => each !== paper) : inOrder(PAPERS, [...this.papers, paper])
  }

  payload(household_id: string, way: EidWay): LearnerEid {
    return {
      household_id,
      learner_id: this.learner.id,
      state: this.state,
      ...way,
      ...(this.device ? { device: this.device } : {}),
      ...(this.sim ? { sim: this.sim } : {}),
      ...(this.wants ? { wants_l2: this.wants } : {}),
      ...(this.blockers.length > 0 ? { blockers: [...this.blockers] } : {}),
      ...(this.papers.length > 0 ? { integrated: [...this.papers] } : {}),
    }
  }
}
