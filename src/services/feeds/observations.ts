import type { Instant } from '../../domain/instant.ts';
import {
  listObservations as listObservationRows,
  type ObservationFilter,
  type ObservationRow,
} from '../../store/observations.ts';
import { listUnrecognised, type UnrecognisedRow } from '../../store/readings.ts';
import type { Deps } from '../deps.ts';

/** Raw evidence, most recently ingested first. */
export async function listObservations(
  deps: Deps,
  filter: ObservationFilter,
  page: { before: number | null; asOf: Instant | null; limit: number },
): Promise<ObservationRow[]> {
  return await listObservationRows(deps.db.sql, filter, page);
}

/** Names that are not recognised as models, with the reason. */
export async function listUnrecognisedNames(
  deps: Deps,
  page: { reason: string | null; after: { reason: string; name: string } | null; limit: number },
): Promise<UnrecognisedRow[]> {
  return await listUnrecognised(deps.db.sql, page);
}
