import type { Criterion } from '../../domain/criterion/criterion.ts';
import { isOrder, nodesOf as nodesOfCriterion } from '../../domain/criterion/parts.ts';
import { matchesPattern } from '../../domain/criterion/pattern.ts';
import { eventLeaves, patternsOf } from '../../domain/criterion/watch.ts';
import type { Evaluation } from '../../domain/evaluation/evaluate.ts';
import { type ExplanationNode, nodesOf } from '../../domain/evaluation/explanation.ts';
import { decisiveLeaf, reasonText } from '../../domain/evaluation/resolution.ts';
import { coversVendor } from '../../domain/evidence/coverage.ts';
import { firstReadFrom, type Timeline } from '../../domain/evidence/timeline.ts';
import { formatInstant, type Instant, type Interval, parseEffective } from '../../domain/instant.ts';
import {
  type BacktestPolicy,
  daysLate,
  type Judgement,
  judgeReplay,
  type ReplayedResolution,
  type Truth,
} from '../../domain/scores/backtest.ts';
import { listPredictionEvents } from '../../store/events.ts';
import type { PredictionRow } from '../../store/predictions.ts';
import { listPredictionResolutions, type ResolutionRow } from '../../store/resolutions.ts';
import type { Deps } from '../deps.ts';
import { requirePrediction } from '../predictions/predictions.ts';
import { evaluateAt } from '../predictions/views.ts';
import { termsOf } from '../settling/settlement.ts';
import { loadTimeline } from '../settling/timelines.ts';

/** A claim to replay, with the truth if it is known. */
export type BacktestClaim = {
  readonly slug: string;
  readonly statement: string;
  readonly madeAt: string;
  readonly criterion: unknown;
  readonly truth: Truth | null;
};

/** The result of a replay for one claim under one policy. Instants are RFC 3339. */
export type BacktestRow = {
  readonly slug: string;
  readonly policy: BacktestPolicy;
  /** The operators of the criterion's event leaves and orders, such as `released` or `precedes`. */
  readonly operator: string;
  /** The vendors that the criterion names; `any` is a wildcard. */
  readonly vendors: readonly string[];
  readonly outcome: 'yes' | 'no' | null;
  readonly effectiveAt: string | null;
  readonly proposedAt: string | null;
  readonly disputedAt: string | null;
  readonly knownAt: string | null;
  /** Slugs of the feeds whose rows or coverage settled it. */
  readonly feeds: readonly string[];
  readonly evidence: readonly { readonly feed: string; readonly name: string; readonly observedAt: string }[];
  /** The reason for the outcome, or what is missing. */
  readonly why: string;
  readonly reason: string;
  readonly truth: Truth | null;
  readonly judgement: Judgement | null;
  /** Days from the first payload that could show the truth; null if the outcome is not right. */
  readonly daysLate: number | null;
  /** How many payloads were read in that time, excluding the first; null where `daysLate` is. */
  readonly readsLate: number | null;
};

/** A claim that was recorded under a policy, by its slug there. */
export type RecordedClaim = {
  readonly claim: BacktestClaim;
  readonly policy: BacktestPolicy;
  readonly slug: string;
};

/** The result of every recorded claim. `readAt` has the times of all accepted payloads. */
export async function reportClaims(
  deps: Deps,
  recorded: readonly RecordedClaim[],
  readAt: readonly Instant[],
): Promise<BacktestRow[]> {
  const rows: BacktestRow[] = [];
  for (const one of recorded) rows.push(await reportClaim(deps, one, readAt));
  return rows;
}

async function reportClaim(
  deps: Deps,
  { claim, policy, slug }: RecordedClaim,
  readAt: readonly Instant[],
): Promise<BacktestRow> {
  const prediction = await requirePrediction(deps.db.sql, slug);
  const resolutions = (await listPredictionResolutions(deps.db.sql, prediction.id, null)).filter(isDecided);
  const events = await listPredictionEvents(deps.db.sql, prediction.id);
  const first = (type: string): string | null => {
    const event = events.find((row) => row.type === type);
    return event === undefined ? null : formatInstant(event.occurredAt);
  };
  const current = resolutions.at(-1) ?? null;
  const evaluation = current === null ? await evaluateAt(deps.db.sql, deps, prediction, deps.now()) : null;
  const truth = claim.truth;
  const judgement = truth === null ? null : judgeReplay(resolutions, truth);
  const settled = resolutions.find((row) => row.outcome === current?.outcome) ?? null;
  const visibleAt = judgement === 'right' && settled !== null ? await findVisible(deps, prediction, truth) : null;
  const late = visibleAt === null || settled === null ? null : { from: visibleAt, to: settled.knownAt };
  return {
    slug: claim.slug,
    policy,
    operator: operatorOf(prediction.criterion),
    vendors: [...new Set(patternsOf(prediction.criterion).map(({ vendor }) => vendor))].sort(),
    outcome: current?.outcome ?? null,
    effectiveAt: current?.effectiveAt ?? null,
    proposedAt: first('prediction.proposed'),
    disputedAt: first('prediction.disputed'),
    knownAt: settled === null ? null : formatInstant(settled.knownAt),
    ...evidenceOf(current?.explanation ?? null),
    ...whyOf(current, evaluation),
    truth,
    judgement,
    daysLate: late === null ? null : daysLate(late.to, late.from),
    readsLate: late === null ? null : readAt.filter((at) => at > late.from && at <= late.to).length,
  };
}

/** The operators that ask about events, each once; an order of events counts as its own operator. */
function operatorOf(criterion: Criterion): string {
  const nodes = nodesOfCriterion(criterion).map(({ part }) => part);
  const orders = nodes.filter(isOrder);
  const asking = orders.length > 0 ? orders : eventLeaves(criterion);
  return [...new Set(asking.map((node) => node.op))].sort().join(' + ') || 'judged';
}

type Decided = ResolutionRow & ReplayedResolution;

/** Narrows the type: in a replay only the resolver decides. */
function isDecided(row: ResolutionRow): row is Decided {
  return row.outcome === 'yes' || row.outcome === 'no';
}

function whyOf(current: ResolutionRow | null, evaluation: Evaluation | null): { why: string; reason: string } {
  if (current !== null) return { why: current.reason, reason: current.reasonCode };
  if (evaluation === null) return { why: '', reason: '' };
  return { why: reasonText(evaluation.explanation), reason: decisiveLeaf(evaluation.explanation).reason };
}

/** The rows that support the outcome or, for an absence, the feeds that were read without the model. */
function evidenceOf(explanation: ExplanationNode | null): Pick<BacktestRow, 'feeds' | 'evidence'> {
  const nodes = explanation === null ? [] : nodesOf(explanation).filter((node) => node.verdict !== 'undetermined');
  const evidence = nodes
    .flatMap((node) => node.witnesses)
    .map(({ feed, name, observed_at: observedAt }) => ({ feed, name, observedAt }));
  const covering = nodes.flatMap((node) => node.watermarks).map((mark) => mark.feed);
  return { feeds: [...new Set([...evidence.map((row) => row.feed), ...covering])].sort(), evidence };
}

/** The first moment at which any feed could show the truth; null where no feed shows it. */
async function findVisible(deps: Deps, prediction: PredictionRow, truth: Truth | null): Promise<Instant | null> {
  const happened = truth === null || truth.effectiveAt === null ? null : parseEffective(truth.effectiveAt);
  if (happened === null) return null;
  const timeline = await loadTimeline(deps.db.sql, deps, [prediction], deps.now());
  return firstVisible(deps, prediction, timeline, happened);
}

/** The first sighting of a matching model after the event or, for a missed deadline, the first read after it. */
function firstVisible(deps: Deps, prediction: PredictionRow, timeline: Timeline, happened: Interval): Instant | null {
  const { styleOf } = termsOf(deps, prediction);
  const patterns = patternsOf(prediction.criterion);
  const seen = timeline.sightings
    .filter((row) => patterns.some((pattern) => matchesPattern(pattern, row.model, styleOf)))
    .map((row) => row.seenFrom)
    .filter((at) => at >= happened.from);
  if (prediction.resolveBy !== happened.to) return seen.length === 0 ? null : Math.min(...seen);
  const reads = [...timeline.feeds.values()].flatMap((feed) =>
    patterns
      .filter((pattern) => coversVendor(feed, pattern.vendor))
      .map((pattern) => firstReadFrom(timeline, feed.id, pattern.vendor, happened.to + feed.settlementLagMs)),
  );
  const known = reads.filter((at) => at !== null);
  return known.length === 0 ? null : Math.min(...known);
}
