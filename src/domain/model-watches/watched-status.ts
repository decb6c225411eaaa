import { daysLeft, type EndState } from '../ends/end.ts';
import type { Stage } from '../feeds/item.ts';
import type { Instant } from '../instant.ts';
import type { WatchedId } from './watched-id.ts';

export const watchedStatuses = ['unread', 'unknown', 'available', 'ending', 'overdue', 'suspended', 'ended'] as const;

export type WatchedStatus = (typeof watchedStatuses)[number];

type Known = Pick<WatchedId, 'slug'> & {
  /** The stage of its model; null if no feed lists the model. */
  readonly stage: Stage | null;
  readonly end: Pick<EndState, 'kind' | 'date' | 'scope' | 'endedAt' | 'suspended'> | null;
};

/** What a user of an id has to know first. */
export function statusOf({ slug, stage, end }: Known, at: Instant): WatchedStatus {
  if (slug === null && end === null) return 'unread';
  if (end !== null && (end.endedAt !== null || end.kind === 'passed')) return 'ended';
  if (stage === 'suspended' || end?.suspended === true) return 'suspended';
  // A host may continue after the vendor.
  if (stage === 'retired' && end?.scope !== 'host') return 'ended';
  if (end !== null && end.date !== null && end.kind !== 'earliest')
    return daysLeft(end.date, at) < 0 ? 'overdue' : 'ending';
  return stage === null && end === null ? 'unknown' : 'available';
}
