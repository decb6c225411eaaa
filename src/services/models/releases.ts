import { dayMs, type Instant } from '../../domain/instant.ts';
import {
  listReleases as listReleaseRows,
  type ReleaseFilter,
  type ReleasePlace,
  type ReleaseRow,
} from '../../store/releases.ts';
import type { Deps } from '../deps.ts';

/** A stated date is accepted up to two days ahead of its observation, and may span a month. */
const aheadMax = 34 * dayMs;

/** Established releases as known at `asOf`, or now if it is null, latest first. */
export async function listReleases(
  deps: Deps,
  filter: Omit<ReleaseFilter, 'latest'>,
  page: { after: ReleasePlace | null; asOf: Instant | null; limit: number },
): Promise<ReleaseRow[]> {
  const bounded = page.asOf === null ? filter : { ...filter, latest: page.asOf + aheadMax };
  return await listReleaseRows(deps.db.sql, bounded, page);
}
