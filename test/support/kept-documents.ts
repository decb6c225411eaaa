import { documentToJson } from '../../src/services/predictions/document.ts';
import { readDocument } from '../../src/services/predictions/read-document.ts';
import { viewPredictions } from '../../src/services/predictions/views.ts';
import { listPredictionsById } from '../../src/store/predictions.ts';
import type { World } from './world.ts';

type Document = Record<string, unknown>;

/** A prediction whose kept document is missing, or differs from the one that is evaluated now. */
export type DocumentDifference = { readonly slug: string; readonly members: readonly string[] };

/**
 * Every prediction whose kept document differs from what an evaluation now gives. The moment of the evaluation is left out, and so
 * are the watermarks in a review, which are of that moment.
 */
export async function findDocumentDifferences(world: Pick<World, 'db' | 'deps'>): Promise<DocumentDifference[]> {
  const ids = await world.db.sql<{ id: string }[]>`select id from predictions order by id`;
  const predictions = await listPredictionsById(
    world.db.sql,
    ids.map(({ id }) => id),
  );
  const views = await viewPredictions(world.db.sql, world.deps, predictions, null);
  const differences: DocumentDifference[] = [];
  for (const view of views) {
    const evaluated = steady(JSON.stringify(documentToJson(view, null)));
    const kept = await readDocument(world.db.sql, world.deps, view.prediction.id);
    const text = kept === null ? null : steady(kept.text);
    if (JSON.stringify(text) !== JSON.stringify(evaluated))
      differences.push({ slug: view.prediction.slug, members: differingMembers(text, evaluated, '') });
  }
  return differences;
}

function steady(text: string): Document {
  return JSON.parse(text, (name, value) =>
    name === 'evaluated_through' || name === 'coverage' ? undefined : value,
  ) as Document;
}

/** The members that differ, each with both values. */
function differingMembers(kept: unknown, evaluated: unknown, path: string): string[] {
  if (JSON.stringify(kept) === JSON.stringify(evaluated)) return [];
  if (!isObject(kept) || !isObject(evaluated))
    return [`${path}: ${JSON.stringify(kept)} instead of ${JSON.stringify(evaluated)}`];
  const names = [...new Set([...Object.keys(kept), ...Object.keys(evaluated)])];
  return names.flatMap((name) => differingMembers(kept[name], evaluated[name], `${path}/${name}`));
}

function isObject(value: unknown): value is Document {
  return typeof value === 'object' && value !== null;
}
