import { dayMs, type Instant } from '../../domain/instant.ts';
import {
  listReleases as listReleaseRows,
  type ReleaseFilter,
  type ReleasePlace,
  type ReleaseRow,
} from '../../store/releases.ts';
import type { Deps } from '../deps.ts';

/** A stated date is believed up to two days ahead of its observation, and may be a month wide. */
const aheadMax = 34 * dayMs;

/** The release timeline as it was known at `asOf`, or is now, the latest first. */
export async function listReleases(
  deps: Deps,
  filter: Omit<ReleaseFilter, 'latest'>,
  page: { after: ReleasePlace | null; asOf: Instant | null; limit: number },
): Promise<ReleaseRow[]> {
  const bounded = page.asOf === null ? filter : { ...filter, latest: page.asOf + aheadMax };
  return await listReleaseRows(deps.db.sql, bounded, page);
}
