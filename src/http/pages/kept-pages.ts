import type { Instant } from '../../domain/instant.ts';
import type { Deps } from '../../services/deps.ts';
import type { HttpDeps } from '../deps.ts';

/** The pages that a process keeps, and the bytes of all of them. */
export const keptPagesMax = 500;
export const keptBytesMax = 16_000_000;
/** How long a page is kept if nothing changes: a few things on pages change with the clock, such as which deadline is next. */
export const keptMsMax = 60_000;

export type RenderedPage = {
  readonly html: string;
  readonly tag: string;
  readonly isCard: boolean;
  readonly isPast: boolean;
};

type Entry = { readonly page: RenderedPage; readonly bytes: number; readonly until: Instant };

/** Pages that were rendered at one count of changes, oldest first. */
type Kept = { readonly changes: number; readonly entries: Map<string, Entry>; bytes: number };

type Database = Deps['db'];

const keptByDatabase = new WeakMap<Database, Kept>();
const readersByDatabase = new WeakMap<Database, Database>();

/**
 * The page that was rendered for a key, or the result of `render`. A page is kept until anything may have changed, so only
 * on a database that only this process writes to. With the key null, nothing is kept.
 */
export async function renderKept<Other extends object>(
  { db, now }: Deps,
  key: string | null,
  render: () => Promise<RenderedPage | Other>,
): Promise<RenderedPage | Other> {
  if (key === null || db.changeCount === null) return await render();
  const changes = db.changeCount();
  const kept = keptAt(db, changes);
  const known = kept.entries.get(key);
  if (known !== undefined && now() < known.until) return known.page;
  const page = await render();
  // If something changed meanwhile, nothing reads what belongs to the earlier count.
  if ('html' in page) keepPage(kept, key, page, now() + keptMsMax);
  return page;
}

/** The same deps for rendering a page, which only reads: its statements do not count as changes. */
export function withReader(http: HttpDeps): HttpDeps {
  const { db } = http.services;
  if (db.changeCount === null) return http;
  // The same one each time, because services keep things by database.
  const reader = readersByDatabase.get(db) ?? { ...db, sql: db.reads };
  readersByDatabase.set(db, reader);
  return { ...http, services: { ...http.services, db: reader } };
}

function keptAt(db: Database, changes: number): Kept {
  const kept = keptByDatabase.get(db);
  if (kept?.changes === changes) return kept;
  const empty: Kept = { changes, entries: new Map(), bytes: 0 };
  keptByDatabase.set(db, empty);
  return empty;
}

function keepPage(kept: Kept, key: string, page: RenderedPage, until: Instant): void {
  removePage(kept, key);
  const bytes = Buffer.byteLength(page.html) + Buffer.byteLength(key);
  kept.entries.set(key, { page, bytes, until });
  kept.bytes += bytes;
  for (const oldest of kept.entries.keys()) {
    if (kept.entries.size <= keptPagesMax && kept.bytes <= keptBytesMax) return;
    removePage(kept, oldest);
  }
}

function removePage(kept: Kept, key: string): void {
  kept.bytes -= kept.entries.get(key)?.bytes ?? 0;
  kept.entries.delete(key);
}
