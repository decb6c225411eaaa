import type { IdentityEntry } from '../../domain/identity/additions.ts';
import { isReadable, parseModelId } from '../../domain/identity/parse.ts';
import type { IdentityTable } from '../../domain/identity/table.ts';
import { Refusal } from '../../domain/refusal.ts';

/** Where a name is met that stands alone. */
const nowhere = { feed: '' } as const;

/**
 * What an addition may not do whatever it would change today: make a release of a rolling alias, an effort preset, a
 * derivative or a codename, give another meaning to a name that the reviewed file reads, or point to nothing.
 */
export function requireEntry(table: IdentityTable, entry: IdentityEntry): void {
  if (entry.kind !== 'alias' || entry.means === undefined) return;
  const { id, means } = entry;
  const file = table.curated?.file ?? table;
  const known = parseModelId(file, id, nowhere);
  if (known.outcome === 'model')
    throw invalid(`${id} is read as a model already; a wrong reading is corrected in the reviewed file`, 'id');
  if (!isReadable(known.reason))
    throw invalid(`${id} is known as ${known.reason}, which is never evidence of a release`, 'id');
  const meant = parseModelId(table, means, nowhere);
  if (meant.outcome !== 'model') throw invalid(`${means} is read as no model (${meant.reason})`, 'means');
}

function invalid(detail: string, field: string): Refusal {
  return new Refusal('validation_failed', detail, [{ detail, pointer: `#/entry/${field}` }]);
}
