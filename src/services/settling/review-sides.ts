import type { Evaluation, Leaning } from '../../domain/evaluation/evaluate.ts';
import type { Witness } from '../../domain/evaluation/explanation.ts';
import { disputeLeaning } from '../../domain/evaluation/resolution.ts';
import { type Side, sideEntriesMax, sideOfWitnesses, weighSides } from '../../domain/evaluation/sides.ts';
import { lowerTrust } from '../../domain/feeds/trust.ts';
import { modelKey } from '../../domain/identity/model-id.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { Sql } from '../../store/db.ts';
import type { DisputeRow } from '../../store/disputes.ts';
import { listObservations, type ObservationRow } from '../../store/observations.ts';
import type { PredictionRow } from '../../store/predictions.ts';
import type { ResolutionRow } from '../../store/resolutions.ts';

/** What a person has to weigh: the leaning, and the evidence for and against it. */
export type Review = { readonly leaning: Leaning; readonly supporting: Side; readonly contradicting: Side };

type Claim = Pick<PredictionRow, 'criterion' | 'madeFrom'>;

/** For a prediction without a resolution; null if nothing is left to a person. */
export function reviewOpen({ criterion, madeFrom }: Claim, evaluation: Evaluation): Review | null {
  const { leaning, explanation } = evaluation;
  if (leaning === null) return null;
  const { yes, no } = weighSides(criterion, explanation, madeFrom);
  return leaning.outcome === 'no'
    ? { leaning, supporting: no, contradicting: yes }
    : { leaning, supporting: yes, contradicting: no };
}

/**
 * For a disputed resolution: the evidence that contradicts it, if there is any, and the evidence that it is based on.
 */
export function reviewDisputed(
  { criterion, madeFrom }: Claim,
  resolution: ResolutionRow,
  dispute: DisputeRow,
  named: ReadonlyMap<string, Witness>,
): Review {
  const { verdict, explanation } = dispute;
  const leaning = disputeLeaning(dispute);
  const supporting =
    verdict === 'undetermined' ? sideOfWitnesses([]) : weighSides(criterion, explanation, madeFrom)[verdict];
  const against = (verdict === 'undetermined' ? resolution.outcome === 'no' : verdict === 'yes') ? 'no' : 'yes';
  const contradicting =
    resolution.explanation === null
      ? sideNamed(resolution.evidence, named)
      : weighSides(criterion, resolution.explanation, madeFrom)[against];
  return { leaning, supporting, contradicting };
}

function sideNamed(ids: readonly string[], named: ReadonlyMap<string, Witness>): Side {
  const side = sideOfWitnesses(ids.slice(0, sideEntriesMax).flatMap((id) => named.get(id) ?? []));
  return { ...side, more: Math.max(0, ids.length - sideEntriesMax) };
}

/**
 * The observations that people named as evidence of resolutions, by id. Those of the resolver are in its explanations.
 */
export async function listNamedEvidence(
  db: Sql,
  resolutions: readonly ResolutionRow[],
): Promise<ReadonlyMap<string, Witness>> {
  const ids = resolutions.flatMap((row) => (row.explanation === null ? row.evidence.slice(0, sideEntriesMax) : []));
  if (ids.length === 0) return new Map();
  const rows = await listObservations(db, { ids }, { before: null, asOf: null, limit: ids.length });
  return new Map(rows.map((row) => [row.id, witnessOf(row)]));
}

function witnessOf(row: ObservationRow): Witness {
  const { vendor, family, modelVersion: version, tier } = row;
  return {
    observation_id: row.id,
    feed: row.feedSlug,
    origin: row.origin,
    trust: lowerTrust(row.trust, row.itemTrust ?? row.trust),
    name: row.name,
    model: vendor === null || family === null ? row.name : modelKey({ vendor, family, version, tier }),
    observed_at: formatInstant(row.observedAt),
    source_as_of: row.sourceAsOf,
  };
}
