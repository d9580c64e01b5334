/** What somebody has said about remarks on their own records, as the outbox of this phone knows it. */
import type { OwnFlag, QualityExplain } from '$lib/api/types.ts'
import type { OutboxOp } from '$lib/data/db.ts'

/** The word that counts: the last one that the server has not sent back. */
export function wordOn(flag_id: string, ops: readonly OutboxOp[]): OutboxOp | undefined {
  return ops.findLast((op) => op.kind === 'quality.explain' && op.state !== 'rejected' && (op.payload as QualityExplain).flag_id === flag_id)
}

/** Remarks that wait for a word of their owner. */
export function unsaid(flags: readonly OwnFlag[], ops: readonly OutboxOp[]): OwnFlag[] {
  return flags.filter(({ id, verdict, explained_at }) => !verdict && !explained_at && !wordOn(id, ops))
}

/** The open ones first, then the newest. */
export function inTurn(flags: readonly OwnFlag[]): OwnFlag[] {
  return [...flags].sort((a, b) => Number(Boolean(a.verdict)) - Number(Boolean(b.verdict)) || b.raised_at - a.raised_at)
}
