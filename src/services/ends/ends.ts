import type { Instant } from '../../domain/instant.ts';
import { type EndFilter, type EndPage, type EndRow, listEnds as listEndRows } from '../../store/ends.ts';
import type { Deps } from '../deps.ts';
import { requireWatch } from '../model-watches/model-watches.ts';

/** Which ends a list contains. `upcoming`: their day has not passed. `past`: it has. `ended`: they are proven to have ended. */
export const endListings = ['upcoming', 'past', 'ended', 'all'] as const;

export type EndListing = (typeof endListings)[number];

export type EndQuery = Omit<EndFilter, 'past' | 'ended'> & {
  /** Default: `upcoming`, or `all` if a date is filtered by. */
  readonly state?: EndListing | undefined;
};

/** Stated ends as known at `asOf`, or now if it is null, the most urgent first. Refuses with `not_found` if there is no such watch. */
export async function listEnds(deps: Deps, { state, ...filter }: EndQuery, page: EndPage): Promise<EndRow[]> {
  if (filter.watch !== undefined) await requireWatch(deps.db.sql, filter.watch);
  const isDated = filter.dueGte !== undefined || filter.dueLt !== undefined;
  const listing = state ?? (isDated ? 'all' : 'upcoming');
  return await listEndRows(deps.db.sql, { ...filter, ...filterOf(listing, page.asOf ?? deps.now()) }, page);
}

function filterOf(listing: EndListing, at: Instant): Pick<EndFilter, 'past' | 'ended'> {
  switch (listing) {
    case 'upcoming':
      return { past: { isPast: false, at } };
    case 'past':
      return { past: { isPast: true, at } };
    case 'ended':
      return { ended: true };
    case 'all':
      return {};
  }
}
