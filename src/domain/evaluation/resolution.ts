import { type Instant, parseDate, parseEffective } from '../instant.ts';
import type { Leaning } from './evaluate.ts';
import { type ExplanationNode, findOpenNode, type ReasonCode, type Verdict } from './explanation.ts';

/** A person's reasons for a decision: a closed set. */
export const personReasonCodes = [
  'judged',
  'evidence_reviewed',
  'confirmed',
  'already_before_window',
  'reality_unclear',
  'criterion_defective',
  'source_unavailable',
  'entry_error',
] as const;

export type PersonReasonCode = (typeof personReasonCodes)[number];

/**
 * The only outcome that a reason allows: an unclear reality is `ambiguous`, a defective criterion is `annulled`. Null
 * if the reason does not determine the outcome.
 */
export function outcomeOf(reason: PersonReasonCode): 'ambiguous' | 'annulled' | null {
  if (reason === 'reality_unclear') return 'ambiguous';
  return reason === 'criterion_defective' ? 'annulled' : null;
}

/** The reasons that the resolver gives: that of the decisive leaf, or one of its own. */
export type ResolverReasonCode = ReasonCode | 'known_earlier' | 'date_refined' | 'evidence_added';

/** Recorded as the decider when no person decided. */
export const resolverName = 'resolver';

/** Recorded as the decider when a panel decided. */
export const panelDecider = 'panel';

const reasonCharsMax = 1000;

/**
 * The leaf that settled a decided tree. From each node, the path follows a child that agrees with it, if possible one
 * that has the node's date.
 */
export function decisiveLeaf(node: ExplanationNode): ExplanationNode {
  const child = node.of[decisiveChild(node)];
  return child === undefined ? node : decisiveLeaf(child);
}

/** The path to the decisive leaf: the index of the child at each step. */
export function resolutionPath(node: ExplanationNode): number[] {
  const index = decisiveChild(node);
  const child = node.of[index];
  return child === undefined ? [] : [index, ...resolutionPath(child)];
}

/** The index of the child that settled a node; -1 if none did. */
function decisiveChild(node: ExplanationNode): number {
  const agrees = (child: ExplanationNode): boolean =>
    node.op === 'not' ? child.verdict !== 'undetermined' : child.verdict === node.verdict;
  const dated = node.of.findIndex((child) => agrees(child) && child.effective_at === node.effective_at);
  return dated === -1 ? node.of.findIndex(agrees) : dated;
}

/** One paragraph for people: the outcome, and the evidence that settled it. */
export function reasonText(node: ExplanationNode): string {
  const leaf = decisiveLeaf(node);
  const text = leaf === node ? node.text : `${node.text} ${leaf.text}`;
  return text.length <= reasonCharsMax ? text : `${text.slice(0, reasonCharsMax - 1)}…`;
}

/** The leaning of a dispute: what a later evaluation says about the resolution. */
export function disputeLeaning({ verdict, explanation }: { verdict: Verdict; explanation: ExplanationNode }): Leaning {
  const { reason } = explanation;
  const text = reasonText(explanation);
  if (verdict !== 'undetermined') return { outcome: verdict, reason, text };
  const back = findOpenNode(explanation, ['reinstated']);
  if (back !== null) return { outcome: null, reason: back.reason, text: back.text };
  const lost =
    'Since this was resolved, the identity data or the measured coverage has changed, or earlier evidence was imported, and the evidence no longer settles it.';
  return { outcome: null, reason, text: `${lost} ${text}` };
}

/** The end of an `effective_at`; if it is a bracket, the end of the bracket. */
export function endOfEffective(effectiveAt: string): Instant {
  return parseDate(effectiveAt.split('/').at(-1) ?? '')?.interval.to ?? Number.POSITIVE_INFINITY;
}

/**
 * Whether a later evaluation gives a day where the resolution has a bracket that overlaps this day. It happens at most
 * once per resolution, because a day is not refined further.
 */
export function refinesDate(settled: string, later: string | null): boolean {
  if (later === null || later.includes('/') || !settled.includes('/')) return false;
  const day = parseDate(later)?.interval;
  const bracket = parseEffective(settled);
  return day !== undefined && bracket !== null && day.to > bracket.from && day.from < bracket.to;
}
