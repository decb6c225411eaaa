import type { IdContext, NotAModel } from './model-id.ts';
import { type Alias, feedKey, findOwner, type IdentityTable, type Owner, type Prefix } from './table.ts';

/** The context of an id, and the name without hosts, regions and vendors. */
export type Place = {
  /** The name for the families to parse, in lower case. */
  readonly name: string;
  /** Why the id names no model, if a mark or a reviewed alias says so. */
  readonly reason: NotAModel['reason'] | null;
  /** The vendor that a namespace, a prefix or a reviewed alias names. */
  readonly namespace: string | null;
  /** The vendor that owns the place of the row in its feed. */
  readonly owner: Owner | null;
  /** Whether a path segment is unknown. On hubs, that is the namespace of another publisher. */
  readonly foreign: boolean;
  readonly host: string | null;
  readonly channels: readonly string[];
};

/** What the removed segments and prefixes contained. */
type Found = {
  namespace: string | null;
  hosts: string[];
  channels: string[];
  foreign: boolean;
  reason: NotAModel['reason'] | null;
};

/** Removes everything around a name, and notes what it was. Every step makes the text shorter. */
export function readPlace(table: IdentityTable, id: string, context: IdContext): Place {
  const found: Found = { namespace: null, hosts: [], channels: [], foreign: false, reason: null };
  const plain = takeBrackets(table, id.trim().toLowerCase().replaceAll('%2f', '/'), found);
  const text = takeMarks(table, plain, found);
  const segments = text.split('/');
  const leaf = takeMarks(table, segments.pop() ?? '', found);
  const host = context.host ?? guessHost(table, context.feed, segments);
  readSegments(table, segments, { feed: context.feed, host }, found);
  const owner = findPlaceOwner(table, { feed: context.feed, host }, segments, found);
  const name = takeWholeAlias(table, text, found) ?? takePrefixes(table, leaf, found);
  return {
    name: takeSuffix(table, name, found),
    reason: found.reason,
    namespace: found.namespace,
    owner: found.hosts.length > 0 ? null : owner,
    foreign: found.foreign,
    host: host !== null && findOwner(table, context.feed, host) === null ? host : (found.hosts[0] ?? null),
    channels: found.channels,
  };
}

/** `claude-opus-4-6[1m]`: some programs write the context size in brackets after the id. */
function takeBrackets(table: IdentityTable, text: string, found: Found): string {
  const [bracket, word = ''] = /\[(\w+)\](?=$|:)/.exec(text) ?? [];
  if (bracket === undefined || table.words.get(word)?.kind !== 'channel') return text;
  found.channels.push(word);
  return text.replace(bracket, '');
}

function takeMarks(table: IdentityTable, text: string, found: Found): string {
  let rest = text;
  for (const mark of table.marks) {
    if (!rest.startsWith(mark.text)) continue;
    rest = rest.slice(mark.text.length);
    if (mark.host !== undefined) found.hosts.push(mark.host);
    found.reason ??= mark.reason ?? null;
  }
  return rest;
}

/** The host of an id in feeds that state it only there. */
function guessHost(table: IdentityTable, feed: string, segments: readonly string[]): string | null {
  const first = segments[0];
  if (first === undefined || table.feeds.get(feedKey(feed)) === 'namespace') return null;
  return table.segments.get(first) === 'host' || findOwner(table, feed, first) !== null ? first : null;
}

function readSegments(table: IdentityTable, segments: readonly string[], context: IdContext, found: Found): void {
  const self = table.feeds.get(feedKey(context.feed)) === 'namespace' ? null : sameName(context.host ?? '');
  for (const segment of segments) {
    const vendor = table.namespaces.get(segment);
    if (vendor !== undefined) found.namespace = vendor;
    else if (sameName(segment) !== self) readSegment(table, segment, found);
  }
}

function readSegment(table: IdentityTable, segment: string, found: Found): void {
  switch (table.segments.get(segment)) {
    case 'host':
      found.hosts.push(segment);
      return;
    case 'region':
    case 'channel':
      found.channels.push(segment);
      return;
    case undefined:
      found.foreign = true;
  }
}

function sameName(host: string): string {
  return host.toLowerCase().replaceAll('_', '-');
}

/**
 * The owner of the place of an id. In feeds with namespaces, the segment before the name decides or, if the id has no
 * segment, the host. In all other feeds the host decides.
 */
function findPlaceOwner(
  table: IdentityTable,
  context: IdContext,
  segments: readonly string[],
  found: Found,
): Owner | null {
  const host = context.host ?? null;
  if (table.feeds.get(feedKey(context.feed)) !== 'namespace') {
    return host === null || found.foreign ? null : findOwner(table, context.feed, host);
  }
  if (segments.length > 1 || found.reason !== null) return null;
  const namespace = segments[0] ?? host?.toLowerCase();
  if (namespace === undefined) return null;
  if (segments.length === 0 && !table.namespaces.has(namespace) && !table.segments.has(namespace)) found.foreign = true;
  return findOwner(table, context.feed, namespace);
}

/** Removes hosts, regions and vendors from the front, longest first, until a reviewed alias matches or no prefix is left. */
function takePrefixes(table: IdentityTable, leaf: string, found: Found): string {
  let rest = leaf;
  for (;;) {
    const whole = takeWholeAlias(table, rest, found);
    if (whole !== null) return whole;
    const alias = table.prefixAliases.find(({ id }) => startsWithWord(rest, id));
    if (alias !== undefined) return applyAlias(alias, rest.slice(alias.id.length), found);
    const prefix = table.prefixes.find(({ text }) => rest.startsWith(text) && rest.length > text.length);
    if (prefix === undefined) return rest;
    notePrefix(prefix, found);
    rest = (prefix.as ?? '') + rest.slice(prefix.text.length);
  }
}

function notePrefix({ kind, name, text }: Prefix, found: Found): void {
  const plain = name ?? text.replace(/[.-]+$/, '');
  if (kind === 'vendor') found.namespace ??= plain;
  else if (kind === 'host') found.hosts.push(plain);
  else found.channels.push(plain);
}

/** Applies the alias of a reviewed id, alone or before a colon (`deepseek-chat:free`); null if there is none. */
function takeWholeAlias(table: IdentityTable, text: string, found: Found): string | null {
  const alias = table.aliases.get(text);
  if (alias !== undefined) return applyAlias(alias, '', found);
  const colon = text.indexOf(':');
  const before = colon > 0 ? table.aliases.get(text.slice(0, colon)) : undefined;
  return before === undefined ? null : applyAlias(before, text.slice(colon), found);
}

/** The name that the alias means, with the text after it; empty if the alias only gives a reason. */
function applyAlias(alias: Alias, rest: string, found: Found): string {
  found.reason ??= alias.reason;
  if (alias.vendor !== null) found.namespace ??= alias.vendor;
  return alias.means === null ? '' : alias.means + rest;
}

function startsWithWord(text: string, word: string): boolean {
  if (!text.startsWith(word)) return false;
  const next = text[word.length];
  return next === undefined || '-_:@'.includes(next);
}

function takeSuffix(table: IdentityTable, name: string, found: Found): string {
  const suffix = table.suffixes.find((text) => name.endsWith(text));
  if (suffix === undefined) return name;
  found.channels.push(suffix.replace(/^-/, ''));
  return name.slice(0, -suffix.length);
}

/**
 * An id as it is spelled, without the hosts, regions and vendors around it, in lower case:
 * `us.anthropic.claude-opus-4-1-20250805-v1:0` and `bedrock/claude-opus-4-1-20250805` are the same id of one model at one
 * host. Unlike the name of a place, a reviewed alias is not replaced by what it means.
 */
export function plainModelId(table: IdentityTable, id: string): string {
  const found: Found = { namespace: null, hosts: [], channels: [], foreign: false, reason: null };
  const text = takeMarks(table, takeBrackets(table, id.trim().toLowerCase().replaceAll('%2f', '/'), found), found);
  const leaf = takeMarks(table, text.split('/').at(-1) ?? '', found);
  let rest = leaf;
  for (;;) {
    if (isAlias(table, rest)) break;
    const prefix = table.prefixes.find((one) => rest.startsWith(one.text) && rest.length > one.text.length);
    if (prefix === undefined) break;
    rest = (prefix.as ?? '') + rest.slice(prefix.text.length);
  }
  return takeSuffix(table, rest, found);
}

function isAlias(table: IdentityTable, text: string): boolean {
  const colon = text.indexOf(':');
  return (
    table.aliases.has(colon > 0 ? text.slice(0, colon) : text) ||
    table.aliases.has(text) ||
    table.prefixAliases.some(({ id }) => startsWithWord(text, id))
  );
}
