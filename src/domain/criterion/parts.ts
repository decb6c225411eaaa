import type { Criterion, Precedes, Within } from './criterion.ts';

/** A place in a criterion: the keys that lead to it from the root. */
export type Path = readonly (string | number)[];

/** A node of a criterion and its place. */
export type Part = { readonly part: Criterion; readonly path: Path };

type PartField<Node> = Node extends unknown
  ? { [Field in keyof Node]-?: Node[Field] extends Criterion | readonly Criterion[] ? Field : never }[keyof Node]
  : never;

/** Every field of any operator that contains parts. A new operator with such a field does not compile until it is listed here. */
const partFields = { of: true, first: true, second: true, event: true, after: true } as const satisfies Record<
  PartField<Criterion>,
  true
>;

/** The names of the fields that hold parts, for values that no schema has checked yet. */
export const partFieldNames: readonly string[] = Object.keys(partFields);

/** The direct parts of a node, in the order in which the explanation lists them. */
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

/** Whether a node compares the times of two events. It can be NO although both its parts are YES. */
export function isOrder(node: Criterion): node is Precedes | Within {
  return node.op === 'precedes' || node.op === 'within';
}

/** Every node of a criterion, each before its parts. */
export function nodesOf(criterion: Criterion): Part[] {
  const below = partsOf(criterion).flatMap(({ part, path }) =>
    nodesOf(part).map((node) => ({ part: node.part, path: [...path, ...node.path] })),
  );
  return [{ part: criterion, path: [] }, ...below];
}
