import type { IdentityEntry } from '../../domain/identity/entries.ts';
import type { UnreadName } from '../../domain/identity/hint-variants.ts';
import { hintNamesMax, isAbout } from '../../domain/identity/hints.ts';
import type { Sql } from '../../store/db.ts';
import { listReadings, type NewReading, type StoredReading } from '../../store/readings.ts';
import type { Deps } from '../deps.ts';
import { refuseEntry } from './curation-rules.ts';
import { namesSameModel, readItem, statesSameModel, statesSamePart } from './read-item.ts';

/** The number of names that one statement updates. */
const readingsPerPage = 2000;

/** An item whose name is parsed differently than before. */
export type ItemChange = { readonly item: StoredReading; readonly after: NewReading };

export type ReadNames = {
  readonly read: number;
  readonly changes: readonly ItemChange[];
  /** Names that an entry is about and that are not models, each once per feed and host. */
  readonly unread: readonly UnreadName[];
};

/** Every stored name as parsed with an addition. */
export async function readNames(tx: Sql, deps: Deps, entry: IdentityEntry | null): Promise<ReadNames> {
  const changes: ItemChange[] = [];
  const unread = new Map<string, UnreadName>();
  let read = 0;
  let after: { feedId: string; itemKey: string } | null = null;
  for (;;) {
    const page: StoredReading[] = await listReadings(tx, { after, limit: readingsPerPage });
    for (const item of page) {
      const reading = readStored(deps, item);
      if (entry !== null && reading.outcome !== 'model' && unread.size < hintNamesMax && isAbout(entry, item))
        unread.set(JSON.stringify([item.adapter, item.name, item.host]), toUnread(item));
      if (!(statesSameModel(item, reading) && statesSamePart(item, reading))) changes.push({ item, after: reading });
    }
    read += page.length;
    const last = page.at(-1);
    if (last === undefined || page.length < readingsPerPage) return { read, changes, unread: [...unread.values()] };
    after = { feedId: last.feedId, itemKey: last.itemKey };
  }
}

function toUnread({ adapter, name, host }: StoredReading): UnreadName {
  return { name, feed: adapter, host };
}

function readStored(deps: Deps, { feedId, adapter, itemKey, name, host }: StoredReading): NewReading {
  return readItem(deps, { id: feedId, adapter }, { key: itemKey, name, host });
}

/** Whether an entry has its intended effect on a name: the name is now read, limited, or declared not to be a model. */
export function hasEffect(entry: IdentityEntry, changes: readonly ItemChange[]): boolean {
  return saysNone(entry) ? changes.length > 0 : changes.some(({ after }) => after.outcome === 'model');
}

function saysNone(entry: IdentityEntry): boolean {
  return entry.kind === 'not_a_model' || (entry.kind === 'alias' && entry.reason !== undefined);
}

/**
 * An addition must not change the model of a name that is readable without it. Only one that declares a name not to be
 * a model may remove the model.
 */
export function requireSameModels(entry: IdentityEntry, changes: readonly ItemChange[], without: Deps): void {
  const moved = changes.find(({ item, after }) => {
    const stays = after.outcome === 'model' ? namesSameModel(item, after) : saysNone(entry);
    if (item.outcome !== 'model' || stays) return false;
    const reading = readStored(without, item);
    return reading.outcome === 'model' && !namesSameModel(reading, after);
  });
  if (moved !== undefined)
    throw refuseEntry(
      `${moved.item.name} is read as a model already; only an entry that says that it is no model can change that`,
    );
}
