import { type ModelName, matchesPattern } from '../../domain/criterion/pattern.ts';
import { defaultPolicy } from '../../domain/criterion/policy.ts';
import { patternsOf } from '../../domain/criterion/watch.ts';
import type { EndState } from '../../domain/ends/end.ts';
import { listEndsAt } from '../../domain/ends/states.ts';
import type { ModelEvidence } from '../../domain/evidence/release.ts';
import { parseModelId } from '../../domain/identity/parse.ts';
import type { Instant } from '../../domain/instant.ts';
import { type AttributeFact, listAttributes } from '../../domain/models/attributes.ts';
import { type ModelRecord, recordModel } from '../../domain/models/record.ts';
import { modelSlug, readModelSlug } from '../../domain/models/slug.ts';
import { listStages, type StageFact, stageReached } from '../../domain/models/stages.ts';
import { establishedAt } from '../../domain/models/states.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Sql } from '../../store/db.ts';
import { type ListedModel, listModels as listModelRows, type ModelFilter, type ModelPage } from '../../store/models.ts';
import { listWatchingModel, type WatchingPrediction } from '../../store/watches.ts';
import type { Deps } from '../deps.ts';
import { termsOf } from '../settling/settlement.ts';
import { loadTimeline } from '../settling/timelines.ts';
import { claimOf, groupBySlug } from './states.ts';

/** The most predictions that a model lists, and the most predictions on its family that are searched for them. */
export const predictionsListedMax = 50;
export const predictionsReadMax = 500;

/** Everything that is known of one model. */
export type ModelView = {
  /** The moment as of which it is known. */
  readonly at: Instant;
  readonly slug: string;
  readonly record: ModelRecord;
  readonly release: ModelEvidence | null;
  readonly stage: StageFact['stage'] | null;
  readonly stages: readonly StageFact[];
  readonly attributes: readonly AttributeFact[];
  /** The stated ends of its ids, the most urgent first. */
  readonly ends: readonly EndState[];
  /** The knowledge time at which its release became admissible; null if it is not. */
  readonly establishedAt: Instant | null;
  readonly predictions: readonly WatchingPrediction[];
  /** True if there may be more predictions than are listed. */
  readonly morePredictions: boolean;
};

export type ModelQuery = Omit<ModelFilter, 'slug'> & {
  /** A model id in the spelling of any feed. */
  readonly q?: string;
};

/** Models as known at `asOf`, or now if it is null, by vendor and slug or by their ends. */
export async function listModels(deps: Deps, { q, ...filter }: ModelQuery, page: ModelPage): Promise<ListedModel[]> {
  if (q === undefined) return await listModelRows(deps.db.sql, filter, page);
  const named = parseModelId(deps.identity, q, { feed: '' });
  if (named.outcome !== 'model' || (filter.vendor !== undefined && filter.vendor !== named.vendor)) return [];
  const exact = { ...filter, vendor: named.vendor, slug: modelSlug(deps.identity, named) };
  return await listModelRows(deps.db.sql, exact, page);
}

/**
 * What is known of one model at `asOf`, or now if it is null, computed from the stored evidence by the functions that settle
 * predictions. Refuses with `not_found` if no feed lists the model or the slug is not its canonical spelling.
 */
export async function getModel(deps: Deps, vendor: string, slug: string, asOf: Instant | null): Promise<ModelView> {
  const name = readModelSlug(deps.identity, vendor, slug);
  if (name === null) throw notFound(deps, vendor, slug);
  const at = asOf ?? deps.now();
  const moment = { at, policy: defaultPolicy };
  const timeline = await loadTimeline(deps.db.sql, deps, [claimOf(name)], at);
  const sightings = groupBySlug(deps, timeline.sightings).get(slug) ?? [];
  const record = recordModel(timeline, sightings, moment);
  if (record === null) throw notFound(deps, vendor, slug);
  const stages = listStages(timeline, sightings, moment);
  return {
    at,
    slug,
    record,
    release: record.release,
    stage: stageReached(stages),
    stages,
    attributes: listAttributes(timeline, sightings, moment),
    ends: listEndsAt(deps.identity, timeline, at).filter(({ model }) => model.slug === slug),
    establishedAt: establishedAt(timeline, sightings, moment),
    ...(await listPredictionsOn(deps.db.sql, deps, name, asOf)),
  };
}

/** Names the canonical path if the identity data parses the requested one as a model. */
function notFound(deps: Deps, vendor: string, slug: string): Refusal {
  const named = parseModelId(deps.identity, `${vendor}/${slug}`, { feed: '' });
  const spelled = named.outcome !== 'model' ? null : modelSlug(deps.identity, named);
  const hint =
    named.outcome !== 'model' || spelled === null || spelled === slug
      ? ''
      : `; this id stands for the model at /v1/models/${named.vendor}/${spelled}`;
  return new Refusal('not_found', `there is no model ${vendor}/${slug}${hint}`);
}

async function listPredictionsOn(
  db: Sql,
  deps: Deps,
  model: ModelName,
  asOf: Instant | null,
): Promise<Pick<ModelView, 'predictions' | 'morePredictions'>> {
  const read = await listWatchingModel(db, model, { asOf, limit: predictionsReadMax });
  const watching = read.filter(({ criterion, madeFrom }) => {
    const { styleOf } = termsOf(deps, { criterion, madeFrom, evidencePolicy: null });
    return patternsOf(criterion).some((pattern) => matchesPattern(pattern, model, styleOf));
  });
  return {
    predictions: watching.slice(0, predictionsListedMax),
    morePredictions: watching.length > predictionsListedMax || read.length === predictionsReadMax,
  };
}
