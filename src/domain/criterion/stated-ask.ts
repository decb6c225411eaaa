import type { Criterion, EventLeaf } from './criterion.ts';
import { eventLeaves } from './watch.ts';

/** A bound on an attribute, in a leaf about the models of any vendor or any family. */
export type NumberBounds = {
  readonly vendor: string;
  readonly family: string;
  readonly name: 'input_usd_per_mtok' | 'output_usd_per_mtok' | 'context_tokens' | 'parameters';
  readonly is: { readonly [Bound in 'gte' | 'gt' | 'lte' | 'lt' | 'eq']?: number | undefined };
};

/** The sightings that the evaluation of some criteria needs. */
export type Needs = {
  readonly families: readonly { readonly vendor: string; readonly family: string }[];
  /** Bounds from leaves with wildcards. Only the models that ever stated such a number are needed for them. */
  readonly stated: readonly NumberBounds[];
};

/**
 * The sightings needed to evaluate some criteria. If a leaf bounds a number for any vendor or any family, only the
 * models that state a number within the bound can decide it, so no others are loaded.
 */
export function needsOf(criteria: readonly Criterion[]): Needs {
  const families = new Map<string, { vendor: string; family: string }>();
  const stated = new Map<string, NumberBounds>();
  for (const leaf of criteria.flatMap(eventLeaves)) {
    const { vendor, family } = leaf.model;
    const ask = numberBoundsOf(leaf);
    if (ask === null) families.set(`${vendor}/${family}`, { vendor, family });
    else stated.set(JSON.stringify(ask), ask);
  }
  const unmet = [...stated.values()].filter((ask) => !families.has(`${ask.vendor}/${ask.family}`));
  return { families: [...families.values()], stated: unmet };
}

function numberBoundsOf(leaf: EventLeaf): NumberBounds | null {
  if (leaf.op !== 'attribute' || leaf.name === 'open_weights' || typeof leaf.is.eq === 'boolean') return null;
  const { vendor, family } = leaf.model;
  if (vendor !== 'any' && family !== 'any') return null;
  const { eq, ...bounds } = leaf.is;
  return { vendor, family, name: leaf.name, is: { ...bounds, eq } };
}
