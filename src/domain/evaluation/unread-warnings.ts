import { canonicalJson } from '../canonical-json.ts';
import type { Criterion, EventLeaf } from '../criterion/criterion.ts';
import { isOrder, type Path, partsOf } from '../criterion/parts.ts';
import { windowOf } from '../criterion/watch.ts';
import { findHeldNamesInSteps } from '../evidence/held-names.ts';
import type { ModelEvidence } from '../evidence/release.ts';
import type { Timeline } from '../evidence/timeline.ts';
import type { Instant } from '../instant.ts';
import type { Steps } from '../steps.ts';
import type { Evaluation, Terms } from './evaluate.ts';
import type { ExplanationNode } from './explanation.ts';
import { blocksNo } from './leaf-evidence.ts';
import { type Finding, findingsPerCodeMax, hasDeadline } from './lint.ts';

/** The most names that the warnings about one criterion list. */
const namesMax = 20;

type BlockedLeaf = { readonly path: Path; readonly names: readonly ModelEvidence[] };

type Known = { readonly timeline: Timeline; readonly at: Instant; readonly terms: Terms };

/** Warns of partially recognised names that hold back the NO of open leaves. Equal leaves are looked up once. */
export function* warnOfUnreadNamesInSteps(
  criterion: Criterion,
  evaluation: Evaluation,
  known: Known,
): Steps<Finding[]> {
  if ((known.timeline.unread ?? []).length === 0) return [];
  const namesByLeaf = new Map<string, readonly ModelEvidence[]>();
  const holding: BlockedLeaf[] = [];
  for (const { leaf, path } of openLeaves(criterion, evaluation.explanation)) {
    if (holding.length === findingsPerCodeMax) break;
    if (!hasDeadline(criterion, leaf, path)) continue;
    const key = canonicalJson(leaf);
    const found = namesByLeaf.get(key);
    const names = found ?? (yield* namesHolding(leaf, known));
    if (names.length > 0) holding.push({ path, names });
    if (found !== undefined) continue;
    namesByLeaf.set(key, names);
    yield;
  }
  let left = namesMax;
  return holding.map(({ path, names }) => {
    const shown = names.slice(0, left);
    left -= shown.length;
    return { code: 'unread_names', path, detail: warningText(shown, names.length - shown.length) };
  });
}

/** The event leaves that are still open. A decided node has none. */
function openLeaves(part: Criterion, node: ExplanationNode | undefined, path: Path = []): OpenLeaf[] {
  if (node !== undefined && node.verdict !== 'undetermined') return [];
  if ('model' in part) return [{ leaf: part, path }];
  // In an order, a side can be decided while the order is still open, so the verdicts of its sides are not looked at.
  const nodes = isOrder(part) ? [] : (node?.of ?? []);
  return partsOf(part).flatMap(({ part: below, path: step }, index) =>
    openLeaves(below, nodes[index], [...path, ...step]),
  );
}

type OpenLeaf = { readonly leaf: EventLeaf; readonly path: Path };

function* namesHolding(leaf: EventLeaf, { timeline, at, terms }: Known): Steps<ModelEvidence[]> {
  const { madeFrom, policy, styleOf } = terms;
  const window = windowOf(leaf, madeFrom);
  const question = { at, op: leaf.op, pattern: leaf.model, window, policy, styleOf };
  const blocking = yield* findHeldNamesInSteps(timeline, [], question);
  return blocking.filter((name) => blocksNo(leaf, name, window));
}

function warningText(shown: readonly ModelEvidence[], more: number): string {
  const listed = shown.map(({ model, witnesses }) => {
    const feeds = witnesses.map(({ feed }) => feed.slug).sort();
    return `${witnesses[0]?.sighting.name ?? model.family} of ${model.vendor} (listed by ${feeds.join(', ')})`;
  });
  const rest = more === 0 ? [] : [`${more} more`];
  return `these names are not fully recognised and may match, so a NO cannot be settled: ${[...listed, ...rest].join('; ')}. Define them with POST /v1/identity/additions`;
}
