import { canonicalJson } from '../canonical-json.ts';
import type { Criterion, EventLeaf } from '../criterion/criterion.ts';
import { type Listed, nearestText } from '../criterion/nearest.ts';
import { isOrder, nodesOf, type Path, partsOf } from '../criterion/parts.ts';
import { matchesPattern } from '../criterion/pattern.ts';
import { openEnded } from '../criterion/polarity.ts';
import type { EvidencePolicy } from '../criterion/policy.ts';
import { modelName } from '../criterion/text.ts';
import { countAbsenceLeaves } from '../criterion/watch.ts';
import { couldProveAbsence, coveringFeeds, missBound } from '../evidence/coverage.ts';
import type { CoverageTable } from '../evidence/coverage-table.ts';
import type { FeedFacts } from '../evidence/timeline.ts';
import { formatDay, type Instant, parseDate } from '../instant.ts';
import { runSteps, type Steps } from '../steps.ts';
import type { Evaluation } from './evaluate.ts';
import type { ExplanationNode } from './explanation.ts';
import { publishedBy } from './leaf-evidence.ts';
import { resolutionPath } from './resolution.ts';

/** The codes of warnings, in the order in which a response lists them. */
const lintCodes = [
  'never_confirmable',
  'never_refutable',
  'needs_a_person',
  'deadline_before_made_at',
  'already_decided',
  'matches_nothing_seen',
  'not_covered',
  'no_never_settles',
] as const;

/** All codes of warnings. `unread_names` comes from the evidence, so its findings can change when the evidence does. */
export const warningCodes = [...lintCodes, 'unread_names'] as const;

export type WarningCode = (typeof warningCodes)[number];

/** A likely mistake, and the leaf that it concerns. It never rejects the criterion. */
export type Finding = { readonly code: WarningCode; readonly detail: string; readonly path: Path };

/** The most findings with one code. The last one says how many more leaves are concerned. */
export const findingsPerCodeMax = 10;

/** What a criterion is checked against, as of the moment of the evaluation. */
export type LintInput = Listed & {
  readonly criterion: Criterion;
  readonly evaluation: Evaluation;
  readonly madeFrom: Instant;
  readonly policy: EvidencePolicy;
  /** The feeds that are being read. */
  readonly feeds: readonly FeedFacts[];
  readonly coverage: CoverageTable;
};

type Found = Omit<Finding, 'code'>;

/** Returns the likely mistakes in a criterion. Pure. */
export function lintCriterion(input: LintInput): Finding[] {
  return runSteps(lintCriterionInSteps(input));
}

/** The same in steps: one for each different leaf that is compared with the listed models, and one for each code. */
export function* lintCriterionInSteps(input: LintInput): Steps<Finding[]> {
  const findings: Finding[] = [];
  for (const code of lintCodes) {
    const found = yield* findAll(code, input);
    findings.push(...bounded(found).map((one) => ({ code, ...one })));
    yield;
  }
  return findings;
}

function* findAll(code: (typeof lintCodes)[number], input: LintInput): Steps<Found[]> {
  const { criterion } = input;
  switch (code) {
    case 'never_confirmable':
      return openEnded(criterion, 'yes').map((path) => ({ path, detail: openText('yes') }));
    case 'never_refutable':
      return openEnded(criterion, 'no').map((path) => ({ path, detail: openText('no') }));
    case 'needs_a_person':
      return nodesOf(criterion).flatMap(({ part, path }) =>
        part.op === 'judged'
          ? [{ path, detail: 'the resolver never settles a `judged` part; a person must post a resolution' }]
          : [],
      );
    case 'deadline_before_made_at':
      return findPastDeadlines(criterion, input.madeFrom);
    case 'already_decided':
      return findDecided(criterion, input.evaluation);
    case 'matches_nothing_seen':
      return yield* findUnseen(input);
    case 'not_covered':
      return yield* findUncovered(input);
    case 'no_never_settles':
      return yield* findUnsettled(input);
  }
}

function bounded(found: readonly Found[]): Found[] {
  const more = found.length - findingsPerCodeMax;
  return found.slice(0, findingsPerCodeMax).map((one, index) => {
    const isCut = more > 0 && index === findingsPerCodeMax - 1;
    return isCut ? { ...one, detail: `${one.detail}; the same is true of ${more} more` } : one;
  });
}

function openText(outcome: 'yes' | 'no'): string {
  const other = outcome === 'yes' ? 'no' : 'yes';
  return `without a deadline here, the claim can settle as ${other} but never as ${outcome}; add \`by\` to allow both`;
}

function findPastDeadlines(criterion: Criterion, madeFrom: Instant): Found[] {
  return nodesOf(criterion).flatMap(({ part, path }) => {
    const by = 'by' in part && part.by !== undefined ? parseDate(part.by) : null;
    if (by === null || by.interval.to > madeFrom) return [];
    const detail = `the deadline ${by.text} had passed when the claim was made (${formatDay(madeFrom)} or later): nothing after it can count`;
    return [{ path, detail }];
  });
}

const beforeWindowText = 'the model was already released, or already withdrawn, before the window opened';

function findDecided(criterion: Criterion, evaluation: Evaluation): Found[] {
  const { verdict, effectiveAt, explanation, leaning } = evaluation;
  if (verdict !== 'undetermined') {
    const path = pathAlong(criterion, resolutionPath(explanation));
    return [{ path, detail: `the current evidence already settles the claim: ${verdict}, ${effectiveAt}` }];
  }
  const found = findDecidedParts(criterion, explanation);
  const isReported =
    found.some((one) => one.detail === beforeWindowText) || leaning?.reason !== 'already_before_window';
  // If only evidence below the policy says so, no node has this reason, but the leaning of the whole claim does.
  return isReported ? found : [...found, { path: [], detail: beforeWindowText }];
}

function findDecidedParts(part: Criterion, node: ExplanationNode): Found[] {
  if (node.reason === 'already_before_window') return [{ path: [], detail: beforeWindowText }];
  if (node.verdict !== 'undetermined') {
    const when = node.effective_at === null ? '' : `, ${node.effective_at}`;
    return [{ path: [], detail: `this part is already ${node.verdict}${when}; the claim as a whole is still open` }];
  }
  const inOrder = isOrder(part);
  return partsOf(part).flatMap(({ part: below, path }, index) => {
    const child = node.of[index];
    // In an order, one side is often known already, which decides nothing.
    if (child === undefined || (inOrder && child.reason !== 'already_before_window')) return [];
    return findDecidedParts(below, child).map((one) => ({ ...one, path: [...path, ...one.path] }));
  });
}

/** Translates a path in an explanation to the keys of the criterion. */
function pathAlong(criterion: Criterion, steps: readonly number[]): Path {
  const [step, ...rest] = steps;
  const next = step === undefined ? undefined : partsOf(criterion)[step];
  if (next === undefined || isOrder(criterion)) return [];
  return [...next.path, ...pathAlong(next.part, rest)];
}

function eventLeavesOf(criterion: Criterion): { leaf: EventLeaf; path: Path }[] {
  return nodesOf(criterion).flatMap(({ part, path }) => ('model' in part ? [{ leaf: part, path }] : []));
}

function* findUnseen(input: LintInput): Steps<Found[]> {
  const seenOf = new Map<string, boolean>();
  const nearestOf = new Map<string, string>();
  const found: Found[] = [];
  for (const { leaf, path } of eventLeavesOf(input.criterion)) {
    const { model } = leaf;
    const key = canonicalJson(model);
    const isSeen = seenOf.get(key) ?? input.seen.some((seen) => matchesPattern(model, seen, input.styleOf));
    if (!seenOf.has(key)) yield;
    seenOf.set(key, isSeen);
    if (isSeen) continue;
    // Finding the nearest models takes a while, so it is skipped for findings that are not shown.
    const isShown = found.length < findingsPerCodeMax;
    const nearest = isShown ? (nearestOf.get(key) ?? nearestText(model, input)) : '';
    if (isShown && !nearestOf.has(key)) yield;
    nearestOf.set(key, nearest);
    const name = modelName({ ...model, stage: 'any' });
    const detail = `no ${name} has been listed by any feed so far; ${nearest}. This is no error if the model is still to be released`;
    found.push({ path, detail });
  }
  return found;
}

/** Leaves without a deadline that too few feeds declare to cover. With a deadline, measured coverage decides. */
function* findUncovered({ criterion, feeds, policy }: LintInput): Steps<Found[]> {
  const found: Found[] = [];
  for (const { leaf, path } of eventLeavesOf(criterion)) {
    if (hasDeadline(criterion, leaf, path)) continue;
    const { covering, what } = coveringOf(leaf, feeds, policy);
    yield;
    if (declaresEnough(covering, policy)) continue;
    const names = covering.map((feed) => feed.slug).join(', ');
    const who = covering.length === 0 ? `no enabled feed covers ${what}` : `only ${names} covers ${what}`;
    const needed = policy.firstPartyOnly ? 'a first party' : `a first party or ${policy.originsMin} origins`;
    found.push({ path, detail: `${who}: absence cannot be shown without ${needed}` });
  }
  return found;
}

/** Leaves with a deadline for which the measured coverage of the feeds can never prove absence. */
function* findUnsettled({ criterion, feeds, policy, coverage }: LintInput): Steps<Found[]> {
  const bound = missBound(policy, countAbsenceLeaves(criterion));
  const provable = new Map<string, boolean>();
  const found: Found[] = [];
  for (const { leaf, path } of eventLeavesOf(criterion)) {
    if (!hasDeadline(criterion, leaf, path)) continue;
    const { covering, what, publishes } = coveringOf(leaf, feeds, policy);
    const { vendor } = leaf.model;
    const key = `${vendor} ${publishes}`;
    const isProvable = provable.get(key) ?? couldProveAbsence(coverage, feeds, { vendor, policy, publishes, bound });
    provable.set(key, isProvable);
    yield;
    if (isProvable) continue;
    const detail = `${whyUnsettled(covering, what, policy)}: after the deadline the prediction becomes proposed, and a person must decide`;
    found.push({ path, detail });
  }
  return found;
}

function whyUnsettled(covering: readonly FeedFacts[], what: string, policy: EvidencePolicy): string {
  const names = covering.map((feed) => feed.slug).join(', ');
  if (covering.length === 0) return `no enabled feed covers ${what}, so a NO cannot be settled`;
  if (!declaresEnough(covering, policy)) return `only ${names} covers ${what}, whose silence alone cannot settle a NO`;
  return `the record of ${names} for ${what} is too short or has too many gaps for their silence to settle a NO`;
}

/** Whether absence can settle a NO of the leaf at a deadline: its own, or that of the order that it belongs to. */
export function hasDeadline(criterion: Criterion, leaf: EventLeaf, path: Path): boolean {
  if (leaf.by !== undefined) return true;
  const order = nodesOf(criterion).find(
    ({ part, path: above }) => isOrder(part) && above.length === path.length - 1 && isBelow(path, above),
  )?.part;
  const side = path.at(-1);
  if (order?.op === 'within') return side === 'event';
  return order?.op === 'precedes' && order.by !== undefined && side === 'first';
}

function isBelow(path: Path, above: Path): boolean {
  return above.every((key, index) => path[index] === key);
}

function coveringOf(leaf: EventLeaf, feeds: readonly FeedFacts[], policy: EvidencePolicy) {
  const publishes = publishedBy(leaf);
  const { vendor } = leaf.model;
  const whose = vendor === 'any' ? 'every vendor' : vendor;
  const what = publishes === null ? whose : `${whose} for ${publishes}`;
  return { covering: coveringFeeds(feeds, vendor, policy, publishes), what, publishes };
}

/** Whether at least as many feeds declare coverage as a NO needs. */
function declaresEnough(feeds: readonly FeedFacts[], policy: EvidencePolicy): boolean {
  const origins = new Set(feeds.map((feed) => feed.origin));
  return feeds.some((feed) => feed.trust === 'first_party') || origins.size >= policy.originsMin;
}
