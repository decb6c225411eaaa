import { limitText } from '../limit-text.ts';
import type { AbsenceNote, ExplanationNode } from './explanation.ts';

/**
 * The most witnesses that one answer lists in all nodes of its explanation together. The same limit holds for
 * watermarks and for origins.
 */
export const explanationEntriesMax = 300;

/** The most UTF-16 code units of the text of one node. A longer text ends with an ellipsis. */
export const explanationTextCharsMax = 1000;

/** The most ids of deciding observations that one answer lists. */
export const evidenceIdsMax = 300;

/** How many entries of each list are left out. */
export type Omitted = {
  readonly evidence: number;
  readonly witnesses: number;
  readonly watermarks: number;
  readonly origins: number;
};

/**
 * The most witnesses that a stored explanation lists in all nodes together, and as many watermarks and origins. It is more than
 * an answer shows, because the evidence for and against a disputed prediction is read from it.
 */
export const storedEntriesMax = 2000;

/** An explanation as it is stored. `omitted` counts what it leaves out; it is absent if that is nothing. */
export type StoredExplanation = ExplanationNode & { readonly omitted?: Omit<Omitted, 'evidence'> };

export type LimitedExplanation = {
  readonly explanation: ExplanationNode;
  readonly evidence: readonly string[];
  readonly omitted: Omitted;
};

type List = Exclude<keyof Omitted, 'evidence'>;
type Budget = Record<List, { left: number; omitted: number }>;

/**
 * Shortens an evaluation to what an answer shows. The first entries of each list are kept, in the order of the
 * criterion. Every node keeps its verdict and reason.
 */
export function limitExplanation(
  evaluation: { readonly explanation: ExplanationNode; readonly evidence: readonly string[] },
  entriesMax = explanationEntriesMax,
): LimitedExplanation {
  const { explanation, omitted } = limitTree(evaluation.explanation, entriesMax);
  const evidence = evaluation.evidence.slice(0, evidenceIdsMax);
  return {
    explanation,
    evidence,
    omitted: { evidence: evaluation.evidence.length - evidence.length, ...omitted },
  };
}

/** Shortens an explanation to what is stored with a resolution. Every node keeps its verdict and reason. */
export function limitStoredExplanation(whole: ExplanationNode): StoredExplanation {
  const { explanation, omitted } = limitTree(whole, storedEntriesMax);
  return Object.values(omitted).some((count) => count > 0) ? { ...explanation, omitted } : explanation;
}

function limitTree(whole: ExplanationNode, entriesMax: number) {
  const ofList = () => ({ left: entriesMax, omitted: 0 });
  const budget: Budget = { witnesses: ofList(), watermarks: ofList(), origins: ofList() };
  const explanation = limitNode(whole, budget);
  const omitted = {
    witnesses: budget.witnesses.omitted,
    watermarks: budget.watermarks.omitted,
    origins: budget.origins.omitted,
  };
  return { explanation, omitted };
}

function limitNode(node: ExplanationNode, budget: Budget): ExplanationNode {
  return {
    ...node,
    text: limitText(node.text, explanationTextCharsMax),
    witnesses: take(node.witnesses, budget.witnesses),
    watermarks: take(node.watermarks, budget.watermarks),
    absence: limitAbsence(node.absence, budget),
    of: node.of.map((child) => limitNode(child, budget)),
  };
}

function limitAbsence(absence: AbsenceNote | null, budget: Budget): AbsenceNote | null {
  return absence === null ? null : { ...absence, origins: take(absence.origins, budget.origins) };
}

function take<Entry>(entries: readonly Entry[], list: Budget[List]): readonly Entry[] {
  const taken = entries.slice(0, list.left);
  list.left -= taken.length;
  list.omitted += entries.length - taken.length;
  return taken;
}
