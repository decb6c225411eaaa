import type { Criterion } from '../criterion/criterion.ts';
import type { ExplanationNode } from './explanation.ts';

/** Whether all parts of an operator belong to its basis, whatever their verdicts. */
function passesOn(op: Criterion['op']): boolean {
  return op === 'not' || op === 'precedes' || op === 'within';
}

/** The nodes that a verdict is based on; none if it is undetermined. */
function decidingNodes(node: ExplanationNode): ExplanationNode[] {
  if (node.verdict === 'undetermined') return [];
  const below = node.of.filter((child) => passesOn(node.op) || child.verdict === node.verdict);
  return [node, ...below.flatMap(decidingNodes)];
}

/** The ids of the observations that a verdict is based on. */
export function evidenceOf(node: ExplanationNode): string[] {
  const witnesses = decidingNodes(node).flatMap((deciding) => deciding.witnesses);
  return [...new Set(witnesses.map((witness) => witness.observation_id))];
}

/**
 * The chance that the absence behind a verdict is wrong: the sum over its parts, at most 1. Null if it is not based on
 * absence.
 */
export function missChanceOf(node: ExplanationNode): number | null {
  const chances = missChances(node);
  return chances.length === 0
    ? null
    : Math.min(
        chances.reduce((sum, chance) => sum + chance, 0),
        1,
      );
}

function missChances(node: ExplanationNode): number[] {
  if (node.verdict === 'undetermined') return [];
  const own = node.absence === null ? [] : [node.absence];
  const below = node.of.filter((child) => passesOn(node.op) || child.verdict === node.verdict);
  if (node.op !== 'precedes' && node.op !== 'within')
    return [...own.map((note) => note.miss_chance), ...below.flatMap(missChances)];
  // An order and its sides may be based on the same absence, which counts once.
  const notes = [...own, ...below.flatMap((child) => (child.absence === null ? [] : [child.absence]))];
  const distinct = new Map(notes.map((note) => [`${note.vendor} ${note.fact} ${note.absent_to}`, note.miss_chance]));
  return [...distinct.values()];
}
