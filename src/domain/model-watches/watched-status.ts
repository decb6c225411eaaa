import type { Stage } from '../feeds/item.ts';
import type { WatchedId } from './watched-id.ts';

export const watchedStatuses = ['unread', 'unknown', 'available', 'suspended', 'ended'] as const;

export type WatchedStatus = (typeof watchedStatuses)[number];

/** What a user of an id has to know first. `stage` is that of its model; null if no feed lists the model. */
export function statusOf({ slug, stage }: Pick<WatchedId, 'slug'> & { readonly stage: Stage | null }): WatchedStatus {
  if (slug === null) return 'unread';
  if (stage === null) return 'unknown';
  if (stage === 'suspended') return 'suspended';
  return stage === 'retired' ? 'ended' : 'available';
}
