import type { Caller } from '../../domain/access/api-key.ts';
import { openCase } from '../../domain/cases/case-state.ts';
import { eligibleMembers } from '../../domain/cases/panel-rules.ts';
import { nodesOf } from '../../domain/criterion/parts.ts';
import { describeCriterion } from '../../domain/criterion/text.ts';
import { caseData } from '../../domain/events/case-event.ts';
import { predictionData } from '../../domain/events/event-data.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import { listWaits } from '../../store/case-waits.ts';
import {
  type CaseFilter,
  type CaseRow,
  type FrozenQuestion,
  findCase,
  findRecorder,
  insertCase,
  type ListedCase,
  listCases as listCaseRows,
} from '../../store/cases.ts';
import type { Sql } from '../../store/db.ts';
import type { PanelRow } from '../../store/panels.ts';
import { findPrediction, hasReadableCriterion, type PredictionRow } from '../../store/predictions.ts';
import { listPredictionResolutions } from '../../store/resolutions.ts';
import { lockPredictions } from '../../store/watches.ts';
import type { Deps } from '../deps.ts';
import { recordEvent } from '../events/outbox.ts';
import { requirePrediction } from '../predictions/predictions.ts';
import { refuseWithdrawn } from '../predictions/withdrawals.ts';
import { type CaseView, viewCase } from './case-view.ts';
import { findKnownInterests } from './interests.ts';
import { beginPacket } from './packet.ts';
import { requireReferredPanel } from './panels.ts';

export type { ListedCase } from '../../store/cases.ts';

/**
 * Opens a case on a claim that only people can settle: one with a judged part, or one that is proposed or disputed. It freezes
 * the claim and the version of the panel. Refuses with `conflict` if the resolver can still settle it or a case is running, and
 * with `validation_failed` a panel that cannot reach its quorum on this claim.
 */
export async function createCase(
  deps: Deps,
  input: { readonly prediction: string; readonly panel: string },
  caller: Caller,
): Promise<CaseView> {
  return await deps.db.begin(async (tx) => {
    const predictionId = await requireReferredPrediction(tx, input.prediction);
    await lockPredictions(tx, [predictionId]);
    const prediction = await requirePrediction(tx, predictionId);
    requireJudgeable(prediction);
    const panel = await requireReferredPanel(tx, input.panel);
    const current = (await listPredictionResolutions(tx, prediction.id, null)).at(-1) ?? null;
    const now = deps.now();
    const row: CaseRow = {
      id: deps.newId('case'),
      predictionId: prediction.id,
      criterionVersion: prediction.criterionVersion,
      question: freezeQuestion(prediction),
      predictorId: prediction.predictorId,
      recordedBy: await findRecorder(tx, prediction.id),
      baseResolution: current?.id ?? null,
      openedAt: now,
      openedBy: caller.id,
    };
    await requireQuorum(tx, panel, row);
    const first = openCase({ at: now, panelId: panel.id, rules: panel.rules, actor: caller.id });
    if (!(await insertCase(tx, row, first))) throw await refuseSecondCase(tx, prediction.id);
    await beginPacket(tx, deps, row, now);
    await announceOpened(tx, deps, { prediction, caseId: row.id, panel, round: first.round }, now, first.dueAt ?? now);
    return await viewCase(tx, await requireCase(tx, row.id));
  });
}

async function requireReferredPrediction(tx: Sql, idOrSlug: string): Promise<string> {
  const prediction = await findPrediction(tx, idOrSlug);
  if (prediction !== null) return prediction.id;
  const detail = `there is no prediction ${idOrSlug}; GET /v1/predictions lists those that exist`;
  throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/prediction' }]);
}

function requireJudgeable(prediction: PredictionRow): void {
  const { state, criterion } = prediction;
  if (prediction.withdrawnAt !== null) throw refuseWithdrawn('no case can be opened on it');
  if (state === 'resolved')
    throw new Refusal(
      'conflict',
      'the prediction is resolved and not disputed; to correct its resolution, use POST /v1/predictions/{id}/resolutions',
    );
  const isJudged = hasReadableCriterion(prediction) && nodesOf(criterion).some(({ part }) => part.op === 'judged');
  if (state === 'open' && !isJudged)
    throw new Refusal(
      'conflict',
      'the prediction is open and the resolver can settle it from evidence; a case needs a criterion with a `judged` part, or a prediction that is proposed or disputed',
    );
}

function freezeQuestion(prediction: PredictionRow): FrozenQuestion {
  const { criterion, resolveBy } = prediction;
  const isReadable = hasReadableCriterion(prediction);
  return {
    statement: prediction.statement,
    fine_print: prediction.finePrint,
    made_at: prediction.madeAt,
    resolve_by: resolveBy === null ? null : formatInstant(resolveBy),
    criterion_hash: prediction.criterionHash,
    criterion_text: isReadable ? describeCriterion(criterion) : '',
    questions: isReadable
      ? nodesOf(criterion).flatMap(({ part }) => (part.op === 'judged' ? [part.question] : []))
      : [],
  };
}

/** Refuses a panel whose members with an interest leave fewer than its quorum. */
export async function requireQuorum(tx: Sql, { rules }: PanelRow, row: CaseRow): Promise<void> {
  const eligible = eligibleMembers(rules, await findKnownInterests(tx, row));
  if (eligible.length >= rules.quorum) return;
  const detail = `the panel cannot reach its quorum of ${rules.quorum} on this claim, because only ${eligible.length} of its ${rules.members.length} members have no interest in it; use a panel with more members, or with allow_interested`;
  throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/panel' }]);
}

async function refuseSecondCase(tx: Sql, predictionId: string): Promise<Refusal> {
  const running = (await listCaseRows(tx, { predictionId }, { after: null, limit: 1000 })).at(-1);
  return new Refusal(
    'conflict',
    `the prediction has the running case ${running?.id ?? ''}; wait until it has ended, or appeal its decision`,
  );
}

/** The case that an event is about. */
export type Announced = {
  readonly prediction: PredictionRow;
  readonly caseId: string;
  readonly panel: PanelRow;
  readonly round: number;
};

/** The members that every event about a case has. */
export function announcedCase({ prediction, caseId, panel, round }: Announced) {
  return { prediction: predictionData(prediction), case: caseData({ id: caseId, round, panel }) };
}

/** Announces that votes are accepted: of a new case, or again after a postponement. */
export async function announceOpened(
  tx: Sql,
  deps: Deps,
  about: Announced,
  now: Instant,
  closesAt: Instant,
): Promise<void> {
  await recordEvent(tx, deps, {
    type: 'case.opened',
    occurredAt: now,
    predictionId: about.prediction.id,
    data: { ...announcedCase(about), closes_at: formatInstant(closesAt) },
  });
}

/** A case with its last step. Refuses with `not_found`. */
export async function requireCase(db: Sql, id: string): Promise<ListedCase> {
  const row = await findCase(db, id);
  if (row === null) throw new Refusal('not_found', `there is no case ${id}; GET /v1/cases lists those that exist`);
  return row;
}

/** A case with everything that is public at its stage. Refuses with `not_found`. */
export async function getCase(deps: Deps, id: string): Promise<CaseView> {
  return await viewCase(deps.db.sql, await requireCase(deps.db.sql, id));
}

/**
 * The names of the members that each of some cases waits for now, or the ids of their keys, by the id of the case. Cases that wait
 * for none are left out.
 */
export async function namesWaitedFor(deps: Deps, cases: readonly ListedCase[]): Promise<ReadonlyMap<string, string[]>> {
  const names = new Map<string, string[]>();
  const ids = cases.map(({ id }) => id);
  for (const { caseId, member, name } of await listWaits(deps.db.sql, ids, deps.now()))
    names.set(caseId, [...(names.get(caseId) ?? []), name ?? member]);
  return names;
}

type ListFilter = Omit<CaseFilter, 'predictionId' | 'waiting'> & {
  /** An id or a slug. There are no cases on an unknown one. */
  readonly prediction?: string;
  /** The member that cases wait for now: the id of its key, of one that replaced it, or of its predictor. */
  readonly waitingFor?: string;
};

/** Cases in the order of opening. */
export async function listCases(
  deps: Deps,
  { prediction, waitingFor, ...fields }: ListFilter,
  page: { readonly after: number | null; readonly limit: number },
): Promise<ListedCase[]> {
  const { sql } = deps.db;
  const filter = waitingFor === undefined ? fields : { ...fields, waiting: { forWhom: waitingFor, at: deps.now() } };
  if (prediction === undefined) return await listCaseRows(sql, filter, page);
  const about = await findPrediction(sql, prediction);
  return about === null ? [] : await listCaseRows(sql, { ...filter, predictionId: about.id }, page);
}
