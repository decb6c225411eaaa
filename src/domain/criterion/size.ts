import { Refusal } from '../refusal.ts';

/** How deeply criteria may nest: a leaf alone has depth 1. */
export const criterionDepthMax = 16;
/** How many nodes a criterion may have. */
export const criterionNodesMax = 200;

const childFields = ['of', 'first', 'second', 'event', 'after'] as const;

/**
 * Counts nodes and depth of a value that claims to be a criterion, without recursion and before any schema,
 * because a schema walks the call stack. Refuses with `criterion_too_deep` or `criterion_too_large`.
 */
export function measureCriterion(value: unknown, pointer = '#'): { depth: number; nodes: number } {
  const stack: { value: unknown; depth: number }[] = [{ value, depth: 1 }];
  let nodes = 0;
  let depth = 0;
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    nodes += 1;
    depth = Math.max(depth, next.depth);
    if (depth > criterionDepthMax) {
      const detail = `a criterion may nest ${criterionDepthMax} levels deep; this one goes deeper`;
      throw new Refusal('criterion_too_deep', detail, [{ detail, pointer }]);
    }
    if (nodes > criterionNodesMax) {
      const detail = `a criterion may have ${criterionNodesMax} nodes; this one has more`;
      throw new Refusal('criterion_too_large', detail, [{ detail, pointer }]);
    }
    for (const child of childrenOf(next.value)) stack.push({ value: child, depth: next.depth + 1 });
  }
  return { depth, nodes };
}

function childrenOf(node: object): unknown[] {
  const children: unknown[] = [];
  for (const field of childFields) {
    // Read through a descriptor so that a value named __proto__ or a getter can play no part.
    const child: unknown = Object.getOwnPropertyDescriptor(node, field)?.value;
    if (Array.isArray(child)) children.push(...child.slice(0, criterionNodesMax + 1));
    else if (child !== undefined) children.push(child);
  }
  return children;
}
