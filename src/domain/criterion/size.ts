import { Refusal } from '../refusal.ts';
import { partFieldNames } from './parts.ts';

/** How deeply a criterion may nest: a leaf alone has depth 1. */
export const criterionDepthMax = 16;
/** How many nodes a criterion may have. */
export const criterionNodesMax = 200;

/**
 * Counts the nodes and the depth of a value that should be a criterion. Runs before the schema and without recursion,
 * because the schema recurses and deep input would overflow the stack. Throws `Refusal('criterion_too_deep')` or
 * `Refusal('criterion_too_large')`.
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
      const detail = `a criterion may be nested at most ${criterionDepthMax} levels deep`;
      throw new Refusal('criterion_too_deep', detail, [{ detail, pointer }]);
    }
    if (nodes > criterionNodesMax) {
      const detail = `a criterion may have at most ${criterionNodesMax} nodes`;
      throw new Refusal('criterion_too_large', detail, [{ detail, pointer }]);
    }
    for (const child of childrenOf(next.value)) stack.push({ value: child, depth: next.depth + 1 });
  }
  return { depth, nodes };
}

function childrenOf(node: object): unknown[] {
  const children: unknown[] = [];
  for (const field of partFieldNames) {
    // Own data properties only: neither an inherited value nor a getter is read.
    const child: unknown = Object.getOwnPropertyDescriptor(node, field)?.value;
    if (Array.isArray(child)) children.push(...child.slice(0, criterionNodesMax + 1));
    else if (child !== undefined) children.push(child);
  }
  return children;
}
