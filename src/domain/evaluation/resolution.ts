import { type Instant, parseDate, parseEffective } from '../instant.ts';
import type { Leaning } from './evaluate.ts';
import { type ExplanationNode, findOpenNode, type ReasonCode, type Verdict } from './explanation.ts';

/** Why a person decided as they did: a closed list. */
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

/** Reasons that only one outcome can have: an unclear reality is not a defective claim, and neither is an answer. */
export function outcomeOf(reason: PersonReasonCode): 'ambiguous' | 'annulled' | null {
  if (reason === 'reality_unclear') return 'ambiguous';
  return reason === 'criterion_defective' ? 'annulled' : null;
}

/** What the resolver itself gives as a reason, besides the reason of the decisive leaf. */
export type ResolverReasonCode = ReasonCode | 'known_earlier' | 'date_refined' | 'evidence_added';

/** The decider if it was not a person. */
export const resolverName = 'resolver';

const reasonCharsMax = 1000;

/**
 * The leaf that settled a decided tree: on the way down, the child that agrees with its parent, best the one that dates
 * it.
 */
export function decisiveLeaf(node: ExplanationNode): ExplanationNode {
  const child = node.of[decisiveChild(node)];
  return child === undefined ? node : decisiveLeaf(child);
}

/** The way to that leaf: which child at each step. */
export function resolutionPath(node: ExplanationNode): number[] {
  const index = decisiveChild(node);
  const child = node.of[index];
  return child === undefined ? [] : [index, ...resolutionPath(child)];
}

/** -1 where no child settled it. */
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

/** What a dispute says of the resolution that it is about. */
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

/** The end of what in the world settled something, as `effective_at` has it; of a bracket, the end of the bracket. */
export function endOfEffective(effectiveAt: string): Instant {
  return parseDate(effectiveAt.split('/').at(-1) ?? '')?.interval.to ?? Number.POSITIVE_INFINITY;
}

/**
 * Whether a later evaluation says on which day it happened where the resolution only had a bracket around that day.
 * At most once per resolution: a day is not refined further.
 */
export function refinesDate(settled: string, later: string | null): boolean {
  if (later === null || later.includes('/') || !settled.includes('/')) return false;
  const day = parseDate(later)?.interval;
  const bracket = parseEffective(settled);
  return day !== undefined && bracket !== null && day.to > bracket.from && day.from < bracket.to;
}
