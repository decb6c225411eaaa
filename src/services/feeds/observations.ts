import type { Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
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

/** One observation. Refuses with `not_found`. */
export async function getObservation(deps: Deps, id: string): Promise<ObservationRow> {
  const [row] = await listObservationRows(deps.db.sql, { ids: [id] }, { before: null, asOf: null, limit: 1 });
  if (row === undefined) throw new Refusal('not_found', `there is no observation ${id}`);
  return row;
}

/** Names that are not recognised as models, with the reason. */
export async function listUnrecognisedNames(
  deps: Deps,
  page: { reason: string | null; after: { reason: string; name: string } | null; limit: number },
): Promise<UnrecognisedRow[]> {
  return await listUnrecognised(deps.db.sql, page);
}
