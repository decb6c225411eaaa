import type { Criterion } from '../criterion/criterion.ts';
import { isOrder, partsOf } from '../criterion/parts.ts';
import { windowOf } from '../criterion/watch.ts';
import { type Instant, parseInstant } from '../instant.ts';
import type { ExplanationNode, WatermarkNote, Witness } from './explanation.ts';
import { endOfEffective } from './resolution.ts';

/** The evidence for one outcome: observations, and feeds that were read and did not list the model. */
export type Side = {
  readonly witnesses: readonly Witness[];
  readonly coverage: readonly WatermarkNote[];
  /** How many witnesses and feeds are omitted. */
  readonly more: number;
};

export type Sides = { readonly yes: Side; readonly no: Side };

/** The most witnesses that one side shows, earliest first, and the most feeds. */
export const sideEntriesMax = 10;

type Outcome = 'yes' | 'no';
type Pile = { readonly witnesses: Map<string, Witness>; readonly coverage: Map<string, WatermarkNote> };
type Piles = Readonly<Record<Outcome, Pile>>;

const opposite = { yes: 'no', no: 'yes' } as const;

/**
 * Sorts the evidence of an evaluation into evidence for and against the claim, for a person who has to decide. It is
 * taken from the explanation; nothing is weighed again.
 */
export function weighSides(criterion: Criterion, explanation: ExplanationNode, madeFrom: Instant): Sides {
  const piles: Piles = { yes: emptyPile(), no: emptyPile() };
  takeNode(criterion, explanation, 'yes', { piles, madeFrom });
  return { yes: sideOf(piles.yes), no: sideOf(piles.no) };
}

/** A side with the witnesses that a person named as evidence. There is no explanation to take them from. */
export function sideOfWitnesses(witnesses: readonly Witness[]): Side {
  const pile = emptyPile();
  addWitnesses(pile, witnesses);
  return sideOf(pile);
}

function emptyPile(): Pile {
  return { witnesses: new Map(), coverage: new Map() };
}

type Taking = { readonly piles: Piles; readonly madeFrom: Instant };

/** `towards` is the outcome of the whole criterion that a YES of this node supports. */
function takeNode(part: Criterion, node: ExplanationNode, towards: Outcome, taking: Taking): void {
  const { piles } = taking;
  if (isOrder(part) && node.verdict !== 'undetermined') {
    takeAll(node, piles[node.verdict === 'yes' ? towards : opposite[towards]]);
    return;
  }
  takeOwn(part, node, towards, taking);
  for (const [index, { part: below }] of partsOf(part).entries()) {
    const child = node.of[index];
    const flips = part.op === 'not' || (part.op === 'precedes' && index === 1);
    if (child !== undefined) takeNode(below, child, flips ? opposite[towards] : towards, taking);
  }
}

/** If an order is settled, the dates of both events support it. */
function takeAll(node: ExplanationNode, pile: Pile): void {
  addWitnesses(pile, node.witnesses);
  addCoverage(
    pile,
    node.watermarks.filter((mark) => mark.watermark !== null),
  );
  for (const child of node.of) takeAll(child, pile);
}

function takeOwn(part: Criterion, node: ExplanationNode, towards: Outcome, { piles, madeFrom }: Taking): void {
  // If too few models were counted, those that were seen still support it.
  addWitnesses(piles[towards], node.witnesses);
  if (node.verdict === 'yes') return;
  const isNo = node.verdict === 'no';
  const since = isNo ? endOfEffective(node.effective_at ?? '') : silentSince(part, node, madeFrom);
  const origins = new Set(isNo ? [] : node.witnesses.map((witness) => witness.origin));
  const silent = node.watermarks.filter((mark) => !origins.has(mark.origin) && readThrough(mark) >= since);
  addCoverage(piles[opposite[towards]], silent);
}

/** The silence of a feed counts if it was read past this moment: the deadline or, if earlier, the first sighting. */
function silentSince(part: Criterion, node: ExplanationNode, madeFrom: Instant): Instant {
  const deadline = 'by' in part ? windowOf({ by: part.by }, madeFrom).to : Number.POSITIVE_INFINITY;
  return Math.min(deadline, ...node.witnesses.map((witness) => endOfEffective(witness.observed_at)));
}

function readThrough(mark: WatermarkNote): Instant {
  const read = mark.watermark === null || !mark.measured ? null : parseInstant(mark.watermark);
  return read ?? Number.NEGATIVE_INFINITY;
}

function addWitnesses(pile: Pile, witnesses: readonly Witness[]): void {
  for (const witness of witnesses) pile.witnesses.set(witness.observation_id, witness);
}

function addCoverage(pile: Pile, marks: readonly WatermarkNote[]): void {
  for (const mark of marks) pile.coverage.set(`${mark.feed}/${mark.vendor}`, mark);
}

function sideOf({ witnesses, coverage }: Pile): Side {
  const seen = [...witnesses.values()].sort(
    (a, b) => a.observed_at.localeCompare(b.observed_at) || a.observation_id.localeCompare(b.observation_id),
  );
  const read = [...coverage.entries()].sort(([a], [b]) => a.localeCompare(b, 'en')).map(([, mark]) => mark);
  const shown = { witnesses: seen.slice(0, sideEntriesMax), coverage: read.slice(0, sideEntriesMax) };
  const more = seen.length - shown.witnesses.length + read.length - shown.coverage.length;
  return { ...shown, more };
}
