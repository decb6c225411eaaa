import type { ExplanationNode } from '../domain/evaluation/explanation.ts';
import type { Trust } from '../domain/feeds/trust.ts';
import type { Instant } from '../domain/instant.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Sql } from './db.ts';
import { json, timestamp } from './postgres-types.ts';

export type { Outcome } from '../domain/outcome.ts';

export type ResolutionRow = {
  readonly id: string;
  readonly predictionId: string;
  readonly criterionVersion: number;
  readonly outcome: Outcome;
  readonly effectiveAt: string;
  readonly knownAt: Instant;
  readonly decidedAt: Instant;
  readonly decidedBy: string;
  readonly reasonCode: string;
  readonly reason: string;
  readonly evidence: string[];
  readonly evidenceTrust: Trust | null;
  readonly explanation: ExplanationNode | null;
  readonly evaluatorVersion: string;
  readonly identityVersion: string;
  /** Null if it was not decided by the evaluator, or before coverage was measured. */
  readonly coverageVersion: string | null;
  /** The chance, from 0 to 1, that the absence it is based on is wrong; null if it is not based on absence. */
  readonly missChance: number | null;
  readonly supersedes: string | null;
  /** Whether its evidence only repeats the statement that the claim was made from. */
  readonly selfStated: boolean;
};

function resolutionColumns(db: Sql) {
  return db`id, prediction_id as "predictionId", criterion_version as "criterionVersion", outcome, effective_at as "effectiveAt",
    known_at as "knownAt", decided_at as "decidedAt", decided_by as "decidedBy", reason_code as "reasonCode", reason, evidence,
    evidence_trust as "evidenceTrust", explanation, evaluator_version as "evaluatorVersion",
    identity_version as "identityVersion", coverage_version as "coverageVersion", miss_chance as "missChance", supersedes,
    self_stated as "selfStated"`;
}

/**
 * A guarded insert: one first resolution per prediction, one successor per resolution, and only for the version of the
 * criterion that was evaluated. False if another resolution was first, or a withdrawal; then nothing may be announced.
 */
export async function insertResolution(db: Sql, resolution: ResolutionRow): Promise<boolean> {
  const rows = await db`
    insert into resolutions (id, prediction_id, criterion_version, outcome, effective_at, known_at, decided_at, decided_by,
      reason_code, reason, evidence, evidence_trust, explanation, evaluator_version, identity_version,
      coverage_version, miss_chance, supersedes, self_stated)
    select ${resolution.id}, p.id, p.criterion_version, ${resolution.outcome}, ${resolution.effectiveAt},
      ${timestamp(resolution.knownAt)}, ${timestamp(resolution.decidedAt)}, ${resolution.decidedBy}, ${resolution.reasonCode},
      ${resolution.reason}, ${resolution.evidence}, ${resolution.evidenceTrust},
      ${json(db, resolution.explanation)}, ${resolution.evaluatorVersion}, ${resolution.identityVersion},
      ${resolution.coverageVersion}, ${resolution.missChance}, ${resolution.supersedes}, ${resolution.selfStated}
    from predictions p where p.id = ${resolution.predictionId} and p.criterion_version = ${resolution.criterionVersion}
      and p.withdrawn_at is null
    on conflict do nothing returning id`;
  return rows.length === 1;
}

/** Every resolution of a prediction known by a moment, oldest first; the last one is current. */
export async function listPredictionResolutions(
  db: Sql,
  predictionId: string,
  asOf: Instant | null,
): Promise<ResolutionRow[]> {
  return await db<ResolutionRow[]>`
    select ${resolutionColumns(db)} from resolutions
    where prediction_id = ${predictionId} ${asOf === null ? db`` : db`and known_at <= ${timestamp(asOf)}`} order by seq`;
}

/** A current resolution, with the number of resolutions so far and the moment at which the first was known. */
export type StandingResolution = ResolutionRow & { readonly rows: number; readonly firstKnownAt: Instant };

/** The current resolution of each prediction at a moment. */
export async function listStandingResolutions(
  db: Sql,
  predictionIds: readonly string[],
  asOf: Instant | null,
): Promise<StandingResolution[]> {
  return await db<StandingResolution[]>`
    select distinct on (prediction_id) ${resolutionColumns(db)}, (count(*) over (partition by prediction_id))::int as rows,
      min(known_at) over (partition by prediction_id) as "firstKnownAt"
    from resolutions where prediction_id = any(${predictionIds}) ${asOf === null ? db`` : db`and known_at <= ${timestamp(asOf)}`}
    order by prediction_id, seq desc`;
}

export type ListedResolution = ResolutionRow & {
  readonly seq: number;
  readonly slug: string;
  readonly statement: string;
  /** When the prediction was recorded. */
  readonly recordedAt: Instant;
};

function listedColumns(db: Sql) {
  return db`r.id, r.prediction_id as "predictionId", r.criterion_version as "criterionVersion", r.outcome,
    r.effective_at as "effectiveAt", r.known_at as "knownAt", r.decided_at as "decidedAt", r.decided_by as "decidedBy",
    r.reason_code as "reasonCode", r.reason, r.evidence, r.evidence_trust as "evidenceTrust", null::json as explanation,
    r.evaluator_version as "evaluatorVersion", r.identity_version as "identityVersion",
    r.coverage_version as "coverageVersion", r.miss_chance as "missChance", r.supersedes, r.self_stated as "selfStated", r.seq,
    p.slug, p.statement, p.recorded_at as "recordedAt"`;
}

/** One resolution with its prediction. */
export async function findResolution(db: Sql, id: string): Promise<ListedResolution | null> {
  const rows = await db<ListedResolution[]>`
    select ${listedColumns(db)} from resolutions r join predictions p on p.id = r.prediction_id where r.id = ${id}`;
  return rows[0] ?? null;
}

export type ResolutionFilter = {
  readonly outcome?: Outcome;
  readonly decidedAtGte?: Instant;
  readonly decidedAtLt?: Instant;
};

function resolutionFilter(db: Sql, { outcome, decidedAtGte, decidedAtLt }: ResolutionFilter) {
  return db`${outcome === undefined ? db`` : db`and r.outcome = ${outcome}`}
    ${decidedAtGte === undefined ? db`` : db`and r.decided_at >= ${timestamp(decidedAtGte)}`}
    ${decidedAtLt === undefined ? db`` : db`and r.decided_at < ${timestamp(decidedAtLt)}`}`;
}

export async function countResolutions(db: Sql, filter: ResolutionFilter): Promise<number> {
  const rows = await db<{ total: number }[]>`
    select count(*) as total from resolutions r where true ${resolutionFilter(db, filter)}`;
  return rows[0]?.total ?? 0;
}

/** Resolutions by decision, oldest first, starting after a sequence number. */
export async function listResolutions(
  db: Sql,
  filter: ResolutionFilter,
  page: { after: number; limit: number },
): Promise<ListedResolution[]> {
  return await db<ListedResolution[]>`
    select ${listedColumns(db)}
    from resolutions r join predictions p on p.id = r.prediction_id
    where r.seq > ${page.after} ${resolutionFilter(db, filter)}
    order by r.seq limit ${page.limit}`;
}

/** Resolutions by decision, newest first. */
export async function listLatestResolutions(db: Sql, limit: number): Promise<ListedResolution[]> {
  return await db<ListedResolution[]>`
    select ${listedColumns(db)}
    from resolutions r join predictions p on p.id = r.prediction_id order by r.seq desc limit ${limit}`;
}
