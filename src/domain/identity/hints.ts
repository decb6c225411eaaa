import type { IdentityEntry } from './entries.ts';
import { type HintCode, listVariants, type UnreadName } from './hint-variants.ts';
import { findFamily, readName } from './name.ts';
import { isReadable, parseModelId, whyUnread } from './parse.ts';
import { readPlace } from './place.ts';
import type { IdentityTable } from './table.ts';

export type Hint = {
  readonly code: HintCode;
  readonly detail: string;
  /** How many stored names the hint concerns, and the first of them. */
  readonly names: number;
  readonly example: string | null;
  /** The entry to try instead; null if no variant reads the names. */
  readonly entry: IdentityEntry | null;
};

/** The most names that hints consider; further names are ignored. */
export const hintNamesMax = 500;
const hintsMax = 5;

/** Whether a name contains the subject of an entry at the start of a word. */
export function isAbout(entry: IdentityEntry, { name, host }: Pick<UnreadName, 'name' | 'host'>): boolean {
  const text = name.toLowerCase().replaceAll('%2f', '/');
  if (entry.kind === 'namespace')
    return host?.toLowerCase() === entry.namespace || text.split('/').slice(0, -1).includes(entry.namespace);
  return listSubjects(entry).some((subject) => containsWord(text, subject));
}

function containsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (at === 0 || !/[\p{L}\d]/u.test(text[at - 1] ?? '')) return true;
  return false;
}

function listSubjects(entry: IdentityEntry): readonly string[] {
  switch (entry.kind) {
    case 'alias':
    case 'not_a_model':
      return [entry.id.slice(entry.id.lastIndexOf('/') + 1)].filter((text) => text !== '');
    case 'vendor':
      return entry.families.flatMap(({ names }) => names);
    case 'family':
      return entry.names;
    case 'namespace':
      return [entry.namespace];
    case 'tier':
      return [entry.tier];
    case 'channel':
      return [entry.channel];
    case 'limited':
      return [entry.name ?? entry.tier ?? entry.family ?? entry.vendor];
  }
}

export type HintContext = {
  readonly entry: IdentityEntry;
  /** The identity data with the entry. */
  readonly table: IdentityTable;
  /** The data with another entry instead; null if that entry is refused. */
  readonly tryEntry: (entry: IdentityEntry) => IdentityTable | null;
  /** Stored names that the entry is about but does not make readable. */
  readonly unread: readonly UnreadName[];
};

/** Explains why an entry matches no stored name, and what to try. Pure and deterministic. */
export function listHints(context: HintContext): Hint[] {
  const { entry, unread } = context;
  const subject = listSubjects(entry).join(', ');
  const [first] = unread;
  if (first === undefined)
    return [
      {
        code: 'no_such_name',
        detail: `No unread stored name contains ${subject}.`,
        names: 0,
        example: null,
        entry: null,
      },
    ];
  if (entry.kind === 'limited') {
    const detail = `${countNames(unread.length)} with ${subject} cannot be read yet; add the family or tier first.`;
    return [{ code: 'not_read_yet', detail, names: unread.length, example: first.name, entry: null }];
  }
  const best = findBestVariant(context);
  return [...(best === null ? [] : [best]), ...listReasons(context)].slice(0, hintsMax);
}

/** The variant that makes the most names readable; among equals, the simplest. */
function findBestVariant({ entry, table, tryEntry, unread }: HintContext): Hint | null {
  let best: Hint | null = null;
  for (const variant of listVariants(table, entry, unread)) {
    const tried = tryEntry(variant.entry);
    if (tried === null) continue;
    const read = unread.filter((name) => changes({ entry, table }, tried, name));
    if (read.length <= (best?.names ?? 0)) continue;
    const detail = `Try ${variant.change}: the entry then matches ${countNames(read.length)}.`;
    best = { code: variant.code, detail, names: read.length, example: read[0]?.name ?? null, entry: variant.entry };
  }
  return best;
}

function changes(
  { entry, table }: Pick<HintContext, 'entry' | 'table'>,
  tried: IdentityTable,
  { name, ...place }: UnreadName,
): boolean {
  const now = parseModelId(tried, name, place);
  if (now.outcome === 'model') return true;
  const was = parseModelId(table, name, place);
  return entry.kind === 'not_a_model' && was.outcome !== 'model' && was.reason !== now.reason;
}

type Reason = { readonly code: HintCode; readonly detail: string };

/** Why names remain unread, the most frequent reason first. */
function listReasons({ table, unread }: HintContext): Hint[] {
  const hints = new Map<string, Hint>();
  for (const name of unread) {
    const { code, detail } = findReason(table, name);
    const key = `${code} ${detail}`;
    const known = hints.get(key);
    if (known === undefined) hints.set(key, { code, detail, names: 1, example: name.name, entry: null });
    else hints.set(key, { ...known, names: known.names + 1 });
  }
  return [...hints.values()]
    .sort((a, b) => b.names - a.names || (a.detail < b.detail ? -1 : 1))
    .map((hint) => ({ ...hint, detail: `${countNames(hint.names)}: ${hint.detail}.` }));
}

function findReason(table: IdentityTable, { name, ...context }: UnreadName): Reason {
  const reading = parseModelId(table, name, context);
  if (reading.outcome !== 'model' && !isReadable(reading.reason))
    return {
      code: 'known_as',
      detail: `read as ${reading.reason}: ${whyUnread(reading.reason)}`,
    };
  const place = readPlace(table, name, context);
  const found = findFamily(table, place.name);
  if (found === null) return { code: 'no_family', detail: 'the name begins with no known family; add one' };
  const { unknown, family } = readName(table, found.family, found.rest);
  const key = `${family.vendor}/${family.family}`;
  if (unknown.length === 0) return { code: 'no_version', detail: `a name of ${key} without a version is not a model` };
  return { code: 'unknown_words', detail: `${key} does not know the words ${unknown.join(', ')}` };
}

function countNames(count: number): string {
  return count === 1 ? '1 name' : `${count} names`;
}
