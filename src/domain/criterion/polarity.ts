import type { Criterion } from './criterion.ts';
import { type Path, partsOf } from './parts.ts';

/**
 * The verdicts that a criterion can ever reach, judged by its form alone (safety and co-safety in temporal logic).
 * "Never" without a deadline can only be refuted; "will be released" without a deadline can only be confirmed.
 */
export type Polarity = 'decidable' | 'confirmable_only' | 'refutable_only' | 'undecidable';

type Reach = { readonly yes: boolean; readonly no: boolean };

/** Static analysis; never looks at evidence. Sound: a `refutable_only` criterion never evaluates to yes. */
export function analysePolarity(criterion: Criterion): Polarity {
  const reach = reachOf(criterion);
  if (reach.yes && reach.no) return 'decidable';
  if (reach.yes) return 'confirmable_only';
  return reach.no ? 'refutable_only' : 'undecidable';
}

function reachOf(criterion: Criterion): Reach {
  switch (criterion.op) {
    case 'released':
    case 'retired':
    case 'attribute':
    case 'count':
      return { yes: true, no: criterion.by !== undefined };
    case 'precedes':
    case 'within':
    case 'judged':
      return { yes: true, no: true };
    case 'not': {
      const of = reachOf(criterion.of);
      return { yes: of.no, no: of.yes };
    }
    case 'all': {
      const operands = criterion.of.map(reachOf);
      return { yes: operands.every((reach) => reach.yes), no: operands.some((reach) => reach.no) };
    }
    case 'any': {
      const operands = criterion.of.map(reachOf);
      return { yes: operands.some((reach) => reach.yes), no: operands.every((reach) => reach.no) };
    }
  }
}

/**
 * The leaves that keep a criterion from ever reaching the verdict `wanted` because they have no deadline; empty if it
 * can reach the verdict. It could if each of them had one.
 */
export function openEnded(criterion: Criterion, wanted: 'yes' | 'no'): Path[] {
  if (reachOf(criterion)[wanted]) return [];
  const opposite = wanted === 'yes' ? 'no' : 'yes';
  return criterion.op === 'not' || criterion.op === 'all' || criterion.op === 'any'
    ? partsOf(criterion).flatMap(({ part, path }) =>
        openEnded(part, criterion.op === 'not' ? opposite : wanted).map((below) => [...path, ...below]),
      )
    : [[]];
}
