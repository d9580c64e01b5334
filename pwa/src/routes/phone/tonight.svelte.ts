/** The evening as this phone sees it: proposals, hints, the plan, and who is about to forget what. */
import { untrack } from 'svelte'
import { clock, db, turf } from '$lib/app.ts'
import type { Referral } from '$lib/api/types.ts'
import { LessonBook, lessonsAt } from '$lib/data/lessons.svelte.ts'
import type { DoorView } from '$lib/data/overlay.ts'
import { peopleAt } from '$lib/data/people.ts'
import { recall, remember } from '$lib/data/session.ts'
import {
  ASSUMED, bandOfEvening, EVENING_FROM, fading, Hours, planEvening, propose, usualEvening, type Evening, type Fading, type Hint, type Knock, type Proposal,
} from '$lib/domain/comeback.ts'
import { toDo } from '$lib/domain/referral.ts'
import { addDays, dayOf, KNOCK_FROM, minuteOf, type Millis, type TimeBand } from '$lib/domain/time.ts'
import { served as servedOutcome, type Comeback } from '$lib/domain/visit.ts'
import { plant, stretch, stretches, walkOrder, type AlleyTree } from '$lib/domain/walk.ts'
import { t } from '$lib/i18n/messages.ts'
import { round, type RoundBegun, type RoundStop } from './round.svelte.ts'

/** A door on the list, and what is known of coming back to it. */
export interface Coming {
  view: DoorView
  proposal: Proposal
  /** What somebody here is about to forget, soonest first. */
  fades: Fading[]
  /** The stretch it is walked in. */
  strip: AlleyTree
  /** The band in which that is most often at home. */
  best: TimeBand | null
}

/** A door where something that was passed on came back. */
export interface Returned {
  coming: Coming
  referrals: Referral[]
}

/** Who will forget within so many days is shown today. */
export const SOON_DAYS = 3

const book = new LessonBook(db, turf)
// Lives as long as the app: every lesson is noted while its record is still in the outbox.
$effect.root(() => {
  $effect(() => {
    if (turf.loaded && turf.ops) untrack(() => void book.follow())
  })
})

const roundKey = (account_id: string): string => `turf:${account_id}:round`

class Tonight {
  now = $state.raw<Millis>(clock.now())
  #hours: { hours: Hours; strips: Map<string, AlleyTree>; of: readonly unknown[] } | null = null
  #begunFor: string | null = null

  /**
   * What the book says of who is at home when. Counted once for each state of the book: own knocks of
   * this hour do not change it, and a knock must not wait for a look at the whole turf.
   */
  #history(): { hours: Hours; strips: Map<string, AlleyTree> } {
    const of = [turf.account_id, turf.seq, turf.alleys]
    if (this.#hours?.of.every((one, i) => one === of[i])) return this.#hours
    const strips = new Map<string, AlleyTree>()
    const knocks: Knock[] = []
    for (const tree of stretches(plant(turf.alleys))) {
      for (const { door, alley } of walkOrder(stretch(tree))) {
        strips.set(alley.id, tree)
        for (const { at, outcome } of door.visits) knocks.push({ alley: tree.alley.id, group: tree.alley.group_id, at, outcome })
      }
    }
    this.#hours = { hours: new Hours(knocks), strips, of }
    return this.#hours
  }

  /** The hint for the stretch that bears the name of this alley. */
  hint(strip_id: string): Hint | null {
    return this.#history().hours.hint(strip_id)
  }

  proposal(view: DoorView, now: Millis): Proposal {
    const { hours, strips } = this.#history()
    const strip = strips.get(view.alley.id)
    return propose(view.visits, now, (strip && hours.hint(strip.alley.id)?.band) ?? null)
  }

  /** What to offer somebody who was met now and has no time: the rule for work left half done. */
  afterMeeting(now: Millis): Comeback | null {
    const { on, band } = propose([{ id: '', at: now, outcome: 'PARTIAL' }], now, null)
    return on !== null && band !== null ? { on, band } : null
  }

  /** All doors, in walking order. */
  doors = $derived.by((): Coming[] => {
    const taught = book.taught ?? {}
    return stretches(plant(turf.alleys)).flatMap((strip) => {
      const best = this.hint(strip.alley.id)?.band ?? null
      return walkOrder(stretch(strip)).flatMap(({ door }) => {
        const view = turf.doors.get(door.id)
        if (!view) return []
        const { lessons, untold } = lessonsAt(view, taught)
        const fades = lessons.length + untold.length > 0 ? fading(ASSUMED, lessons, untold) : []
        return [{ view, proposal: propose(view.visits, this.now, best), fades, strip, best }]
      })
    })
  })

  evening = $derived<Evening>(usualEvening(this.now))

  /** The stops: of the round that was begun, else as they would be planned now. */
  stops = $derived.by((): RoundStop[] => {
    const begun = round.current
    if (begun && begun.on === this.evening.on && round.next()) return begun.stops
    return planEvening(
      this.evening,
      this.doors.map(({ view, proposal, fades, strip, best }) => ({
        id: view.door.id,
        alley: strip.alley.id,
        next: proposal.next,
        on: proposal.on,
        band: proposal.band,
        fades: fades[0]?.due ?? null,
        best,
      })),
    )
  })

  /** From an hour before the evening on; at the weekend all day. Not at night, for an evening to come. */
  startable = $derived(
    this.evening.on === dayOf(this.now) && minuteOf(this.now) >= (bandOfEvening(this.evening) === 'W' ? KNOCK_FROM : EVENING_FROM - 60),
  )

  /** Fades that are due soon, of doors at which somebody may knock. */
  forgetting = $derived(
    this.doors
      .filter(({ proposal }) => !['quiet', 'lead', 'office'].includes(proposal.next))
      .map((coming) => ({ ...coming, fades: coming.fades.filter(({ due }) => due <= addDays(this.evening.on, SOON_DAYS)) }))
      .filter(({ fades }) => fades.length > 0)
      .sort((a, b) => a.fades[0]!.due - b.fades[0]!.due),
  )

  /** Doors with something that came back and is the team's to do, in walking order. */
  returned = $derived.by((): Returned[] => {
    const today = dayOf(this.now)
    return this.doors.flatMap((coming) => {
      if (!coming.view.door.referrals?.some(({ state }) => state === 'returned')) return []
      const served = coming.view.visits.filter(({ outcome }) => servedOutcome(outcome)).map(({ at }) => dayOf(at))
      const { referrals } = peopleAt(coming.view)
      const left = toDo(referrals, served, today)
      return left.length > 0 ? [{ coming, referrals: left }] : []
    })
  })

  /** Takes the time, and what was begun before the app was closed. */
  async look(): Promise<void> {
    this.now = clock.now()
    const { account_id } = turf
    if (!account_id || this.#begunFor === account_id) return
    this.#begunFor = account_id
    round.current = null
    const begun = await recall<RoundBegun>(db, roundKey(account_id)).catch(() => undefined)
    if (begun && !round.current && turf.account_id === account_id) round.current = begun
  }

  begin(): void {
    const { account_id } = turf
    if (!account_id || this.stops.length === 0) return
    const begun: RoundBegun = { on: this.evening.on, begun_at: clock.now(), stops: [...this.stops] }
    round.current = begun
    // Not to be had again after a restart if this fails; then the evening is planned anew.
    void remember(db, roundKey(account_id), begun).catch(() => undefined)
  }

  /** The plan as it would be now. */
  again(): void {
    const { account_id } = turf
    round.current = null
    this.now = clock.now()
    if (account_id) void remember(db, roundKey(account_id), null).catch(() => undefined)
  }
}
export const tonight = new Tonight()

/** `hay gặp buổi tối`, or null when there is nothing to say. */
export function hoursWord(strip_id: string): string | null {
  const hint = tonight.hint(strip_id)
  return hint ? t('comeback.hint', { band: t(`comeback.band.${hint.band}`) }) : null
}
