import type { Criterion } from './criterion.ts';

/** Where in a criterion: the keys that lead there from the whole. */
export type Path = readonly (string | number)[];

/** A node of a criterion and where it stands. */
export type Part = { readonly part: Criterion; readonly path: Path };

/** The parts of a node, in the order in which its explanation tells of them. */
export function partsOf(criterion: Criterion): Part[] {
  switch (criterion.op) {
    case 'released':
    case 'retired':
    case 'attribute':
    case 'count':
    case 'judged':
      return [];
    case 'precedes':
      return [
        { part: criterion.first, path: ['first'] },
        { part: criterion.second, path: ['second'] },
      ];
    case 'within':
      return [
        { part: criterion.event, path: ['event'] },
        { part: criterion.after, path: ['after'] },
      ];
    case 'not':
      return [{ part: criterion.of, path: ['of'] }];
    case 'all':
    case 'any':
      return criterion.of.map((part, index) => ({ part, path: ['of', index] }));
  }
}

/** Every node, each before its parts. */
export function nodesOf(criterion: Criterion): Part[] {
  const below = partsOf(criterion).flatMap(({ part, path }) =>
    nodesOf(part).map((node) => ({ part: node.part, path: [...path, ...node.path] })),
  );
  return [{ part: criterion, path: [] }, ...below];
}
