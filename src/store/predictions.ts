import type { Criterion } from '../domain/criterion.ts';
import type { Leaning } from '../domain/evaluate.ts';
import type { Instant } from '../domain/instant.ts';
import type { Polarity } from '../domain/polarity.ts';
import type { Sql } from './db.ts';
import type { Outcome } from './resolutions.ts';

export type PolicyInput = { readonly origins?: number | undefined; readonly first_party?: true | undefined };

export type PredictionState = 'open' | 'proposed' | 'disputed' | 'resolved';

/** A prediction with its current criterion. */
export type PredictionRow = {
  readonly id: string;
  readonly seq: number;
  readonly slug: string;
  readonly statement: string;
  readonly sourceId: string | null;
  readonly locator: string | null;
  readonly predictorId: string | null;
  readonly madeAt: string;
  readonly madeFrom: Instant;
  readonly recordedAt: Instant;
  readonly finePrint: string | null;
  readonly evidencePolicy: PolicyInput | null;
  readonly tags: string[];
  readonly criterionVersion: number;
  readonly state: PredictionState;
  readonly stateDetail: Leaning | null;
  readonly edits: number;
  readonly editedAt: Instant;
  readonly criterion: Criterion;
  readonly criterionHash: string;
  readonly polarity: Polarity;
  readonly resolveBy: Instant | null;
};

export type PredictionFilter = {
  readonly state?: PredictionState;
  readonly outcome?: Outcome;
  readonly predictorId?: string;
  readonly sourceId?: string;
  readonly tag?: string;
  readonly vendor?: string;
  readonly family?: string;
  readonly resolveByGte?: Instant;
  readonly resolveByLt?: Instant;
  readonly madeAtGte?: Instant;
  readonly madeAtLt?: Instant;
  readonly q?: string;
  /** Whether it was resolved at `asOf`, with what outcome; for questions about the past. */
  readonly resolvedAsOf?: {
    readonly asOf: Instant;
    readonly resolved: boolean | null;
    readonly outcome: Outcome | null;
  };
};

export type PredictionSort = 'recorded_at' | '-recorded_at';

function predictionColumns(db: Sql) {
  return db`p.id, p.seq, p.slug, p.statement, p.source_id as "sourceId", p.locator, p.predictor_id as "predictorId", p.made_at as "madeAt",
    p.made_from as "madeFrom", p.recorded_at as "recordedAt", p.fine_print as "finePrint", p.evidence_policy as "evidencePolicy", p.tags,
    p.criterion_version as "criterionVersion", p.state, p.state_detail as "stateDetail", p.edits, p.edited_at as "editedAt",
    c.criterion, c.criterion_hash as "criterionHash", c.polarity, c.resolve_by as "resolveBy"`;
}

function fromPredictions(db: Sql) {
  return db`predictions p join criteria c on c.prediction_id = p.id and c.version = p.criterion_version`;
}

/** False when the slug is taken. */
export async function insertPrediction(db: Sql, row: PredictionRow): Promise<boolean> {
  const inserted = await db`
    insert into predictions (id, slug, statement, source_id, locator, predictor_id, made_at, made_from, recorded_at, fine_print,
      evidence_policy, tags, criterion_version, edited_at)
    values (${row.id}, ${row.slug}, ${row.statement}, ${row.sourceId}, ${row.locator}, ${row.predictorId}, ${row.madeAt},
      ${new Date(row.madeFrom)}, ${new Date(row.recordedAt)}, ${row.finePrint},
      ${row.evidencePolicy === null ? null : JSON.stringify(row.evidencePolicy)}::text::jsonb, ${row.tags}, ${row.criterionVersion}, ${new Date(row.editedAt)})
    on conflict (slug) do nothing returning id`;
  return inserted.length === 1;
}

export async function insertCriterion(
  db: Sql,
  row: {
    predictionId: string;
    version: number;
    criterion: Criterion;
    hash: string;
    polarity: Polarity;
    resolveBy: Instant | null;
    reason: string | null;
    createdAt: Instant;
  },
): Promise<void> {
  await db`
    insert into criteria (prediction_id, version, criterion, criterion_hash, polarity, resolve_by, reason, created_at)
    values (${row.predictionId}, ${row.version}, ${JSON.stringify(row.criterion)}::text::json, ${row.hash}, ${row.polarity},
      ${row.resolveBy === null ? null : new Date(row.resolveBy)}, ${row.reason}, ${new Date(row.createdAt)})`;
}

/** What can touch a prediction: families and edges, each in one statement. */
export async function insertWatches(
  db: Sql,
  predictionId: string,
  watches: readonly { vendor: string; family: string }[],
): Promise<void> {
  if (watches.length === 0) return;
  await db`
    insert into prediction_watches (prediction_id, vendor, family)
    select ${predictionId}, w.vendor, w.family
    from unnest(${watches.map((watch) => watch.vendor)}::text[], ${watches.map((watch) => watch.family)}::text[]) as w(vendor, family)
    on conflict do nothing`;
}

export async function insertEdges(
  db: Sql,
  predictionId: string,
  edges: readonly { vendor: string; at: Instant }[],
): Promise<void> {
  if (edges.length === 0) return;
  await db`
    insert into prediction_edges (prediction_id, vendor, edge_at)
    select ${predictionId}, e.vendor, e.edge_at
    from unnest(${edges.map((edge) => edge.vendor)}::text[], ${edges.map((edge) => new Date(edge.at).toISOString())}::timestamptz[]) as e(vendor, edge_at)
    on conflict do nothing`;
}

/** By id or slug. */
export async function findPrediction(db: Sql, idOrSlug: string): Promise<PredictionRow | null> {
  const rows = await db<PredictionRow[]>`
    select ${predictionColumns(db)} from ${fromPredictions(db)} where p.id = ${idOrSlug} or p.slug = ${idOrSlug} order by p.id limit 1`;
  return rows[0] ?? null;
}

/** The given predictions, in id order. */
export async function listPredictionsById(db: Sql, ids: readonly string[]): Promise<PredictionRow[]> {
  return await db<PredictionRow[]>`
    select ${predictionColumns(db)} from ${fromPredictions(db)} where p.id = any(${ids as string[]}) order by p.id`;
}

/**
 * Locks predictions for the transaction, in id order. Evidence that others commit meanwhile is seen by statements after
 * this one, so whoever settles a prediction last has seen all of it.
 */
export async function lockPredictions(db: Sql, ids: readonly string[]): Promise<void> {
  await db`select id from predictions where id = any(${ids as string[]}) order by id for update`;
}

/** Predictions in the order of recording, after or before a sequence number. */
export async function listPredictions(
  db: Sql,
  filter: PredictionFilter,
  page: { after: number | null; sort: PredictionSort; limit: number },
): Promise<PredictionRow[]> {
  const newestFirst = page.sort === '-recorded_at';
  const cursor =
    page.after === null ? db`` : newestFirst ? db`and p.seq < ${page.after}` : db`and p.seq > ${page.after}`;
  return await db<PredictionRow[]>`
    select ${predictionColumns(db)} from ${fromPredictions(db)}
    where true ${cursor} ${stateFilter(db, filter)} ${contentFilter(db, filter)} ${watchFilter(db, filter)} ${asOfFilter(db, filter)}
    order by ${newestFirst ? db`p.seq desc` : db`p.seq`} limit ${page.limit}`;
}

function stateFilter(db: Sql, filter: PredictionFilter) {
  const state = filter.state === undefined ? db`` : db`and p.state = ${filter.state}`;
  const outcome = filter.outcome === undefined ? db`` : db`and p.outcome = ${filter.outcome}`;
  return db`${state} ${outcome}`;
}

function contentFilter(db: Sql, filter: PredictionFilter) {
  const like = filter.q === undefined ? '' : `%${filter.q.replace(/[\\%_]/g, (found) => `\\${found}`)}%`;
  return db`
    ${filter.predictorId === undefined ? db`` : db`and p.predictor_id = ${filter.predictorId}`}
    ${filter.sourceId === undefined ? db`` : db`and p.source_id = ${filter.sourceId}`}
    ${filter.tag === undefined ? db`` : db`and p.tags @> ${[filter.tag]}`}
    ${filter.resolveByGte === undefined ? db`` : db`and c.resolve_by > ${new Date(filter.resolveByGte)}`}
    ${filter.resolveByLt === undefined ? db`` : db`and c.resolve_by <= ${new Date(filter.resolveByLt)}`}
    ${filter.madeAtGte === undefined ? db`` : db`and p.made_from >= ${new Date(filter.madeAtGte)}`}
    ${filter.madeAtLt === undefined ? db`` : db`and p.made_from < ${new Date(filter.madeAtLt)}`}
    ${filter.q === undefined ? db`` : db`and (p.statement ilike ${like} or p.slug ilike ${like})`}`;
}

function watchFilter(db: Sql, filter: PredictionFilter) {
  if (filter.vendor === undefined && filter.family === undefined) return db``;
  return db`and exists (select from prediction_watches w where w.prediction_id = p.id
    ${filter.vendor === undefined ? db`` : db`and w.vendor = ${filter.vendor}`}
    ${filter.family === undefined ? db`` : db`and w.family = ${filter.family}`})`;
}

function asOfFilter(db: Sql, filter: PredictionFilter) {
  const ask = filter.resolvedAsOf;
  if (ask === undefined) return db``;
  const standing = db`(select r.outcome from resolutions r where r.prediction_id = p.id and r.known_at <= ${new Date(ask.asOf)} order by r.seq desc limit 1)`;
  const resolved =
    ask.resolved === null ? db`` : ask.resolved ? db`and ${standing} is not null` : db`and ${standing} is null`;
  return db`${resolved} ${ask.outcome === null ? db`` : db`and ${standing} = ${ask.outcome}`}`;
}

export type PredictionPatch = {
  readonly statement: string;
  readonly locator: string | null;
  readonly finePrint: string | null;
  readonly tags: readonly string[];
  readonly sourceId: string | null;
  readonly predictorId: string | null;
  readonly slug: string;
};

/** A person's edit of what may be edited; `expected` is the version that the editor saw. Answers false when it moved on. */
export async function updatePrediction(
  db: Sql,
  id: string,
  expected: number,
  patch: PredictionPatch,
  now: Instant,
): Promise<boolean> {
  const rows = await db`
    update predictions set statement = ${patch.statement}, locator = ${patch.locator}, fine_print = ${patch.finePrint}, tags = ${[...patch.tags]},
      source_id = ${patch.sourceId}, predictor_id = ${patch.predictorId}, slug = ${patch.slug}, edits = edits + 1, edited_at = ${new Date(now)}
    where id = ${id} and edits + resolutions = ${expected} returning id`;
  return rows.length === 1;
}

/** The resolver's latest word on a prediction. */
export async function updatePredictionState(
  db: Sql,
  id: string,
  state: {
    state: PredictionState;
    detail: Leaning | null;
    outcome: Outcome | null;
    recheckAt: Instant | null;
    evaluatedWith: string;
    newResolutions: number;
  },
): Promise<void> {
  await db`
    update predictions set state = ${state.state}, state_detail = ${state.detail === null ? null : JSON.stringify(state.detail)}::text::jsonb,
      outcome = ${state.outcome}, recheck_at = ${state.recheckAt === null ? null : new Date(state.recheckAt)}, evaluated_with = ${state.evaluatedWith},
      resolutions = resolutions + ${state.newResolutions}
    where id = ${id}`;
}

/** Predictions watching any of the families, as ids. */
export async function listWatching(db: Sql, touched: readonly { vendor: string; family: string }[]): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select distinct w.prediction_id as id from prediction_watches w
    join unnest(${touched.map((touch) => touch.vendor)}::text[], ${touched.map((touch) => touch.family)}::text[]) as t(vendor, family)
      on w.vendor in (t.vendor, 'any') and w.family in (t.family, 'any')
    order by id`;
  return rows.map((row) => row.id);
}

/**
 * Predictions with an edge of coverage of a vendor after one moment and up to another (null: without end).
 * Resolved ones too: an archive may show that the same was known earlier.
 */
export async function listEdgesCrossed(
  db: Sql,
  vendors: readonly string[] | 'any',
  after: Instant,
  until: Instant | null,
): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select distinct e.prediction_id as id from prediction_edges e
    where e.edge_at > ${new Date(after)} ${until === null ? db`` : db`and e.edge_at <= ${new Date(until)}`}
      ${vendors === 'any' ? db`` : db`and e.vendor = any(${vendors as string[]})`}
    order by id`;
  return rows.map((row) => row.id);
}

/** Predictions watching families of which something was first listed after a moment: what else was read by then bounds their dates. */
export async function listWatchingSeenAfter(
  db: Sql,
  vendors: readonly string[] | 'any',
  after: Instant,
): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select distinct w.prediction_id as id from sightings s
    join item_readings r on r.feed_id = s.feed_id and r.item_key = s.item_key and r.outcome = 'model'
    join prediction_watches w on w.vendor in (r.vendor, 'any') and w.family in (r.family, 'any')
    where s.seen_from > ${new Date(after)} ${vendors === 'any' ? db`` : db`and r.vendor = any(${vendors as string[]})`}
    order by id`;
  return rows.map((row) => row.id);
}

/** Has a prediction looked at again at a moment, or earlier where that was due before. */
export async function advanceRecheck(db: Sql, id: string, at: Instant): Promise<void> {
  await db`update predictions set recheck_at = least(recheck_at, ${new Date(at)}) where id = ${id}`;
}

/** Predictions whose timer has run out. */
export async function listDueRechecks(db: Sql, now: Instant, limit: number): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select id from predictions where recheck_at <= ${new Date(now)} order by recheck_at, id limit ${limit}`;
  return rows.map((row) => row.id);
}

/** Predictions evaluated under other rules, identity data or feed settings, after an id. */
export async function listEvaluatedOtherwise(
  db: Sql,
  evaluatedWith: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select id from predictions where evaluated_with is distinct from ${evaluatedWith} and id > ${after} order by id limit ${limit}`;
  return rows.map((row) => row.id);
}

/** Every prediction, after an id. */
export async function listAllIds(db: Sql, after: string, limit: number): Promise<string[]> {
  const rows = await db<{ id: string }[]>`select id from predictions where id > ${after} order by id limit ${limit}`;
  return rows.map((row) => row.id);
}

export async function countPredictions(db: Sql): Promise<number> {
  const rows = await db<{ count: number }[]>`select count(*)::int as count from predictions`;
  return rows[0]?.count ?? 0;
}
