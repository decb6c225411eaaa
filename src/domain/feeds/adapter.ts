import type { FeedParser } from './item.ts';
import type { KeyAccess } from './key-access.ts';
import type { Paging } from './pages.ts';
import type { Trust } from './trust.ts';

/** What a feed of an adapter is taken to be unless its entry says otherwise. */
export type AdapterDefaults = {
  /** The most that its rows are believed. */
  readonly trust: Trust;
  /** Feeds of one origin copy each other and count once. */
  readonly origin: string;
  /** Vendors whose every release the feed is expected to list: only for these is its silence evidence. */
  readonly covers: readonly string[];
  /** How long after a release the feed may take to list it; ISO 8601 duration. */
  readonly settlementLag: string;
  /** Where it is published; null when each feed of the adapter has its own. */
  readonly url: string | null;
};

/**
 * What a row can be evidence of: that the model is out, that it is generally available (its name or its stage says when
 * it is not), that it was withdrawn, or that it has a price or another attribute.
 */
export type Testimony = 'release' | 'general' | 'end' | 'attribute';

/**
 * What it takes for a model to have ended by this feed's rows. `dated`: every own row of it states a day that has passed.
 * `by_rights`: the same, of every id known, since a list by the rights of a key may hold one id of a model and not another.
 * `by_status`: every own row says that it is retired; a day that it states is a plan until then.
 */
export type EndRule = 'dated' | 'by_rights' | 'by_status';
/** What rows of a feed are evidence of and what they state. */
type Declaration = { readonly witnesses: readonly Testimony[]; readonly publishes: readonly string[] };

/** For an adapter whose feeds are configured one by one. */
export type AdapterOptions = {
  /** Checks options before they are stored. Throws `Refusal('validation_failed')` with pointers below `#/options`. */
  readonly read: (options: unknown) => { readonly vendor?: string | undefined };
  /** What a feed with such options witnesses and publishes. */
  readonly declare: (options: unknown) => Declaration;
};

/** The size of one payload in bytes, where an adapter names none of its own: all pages of a list together. */
export const payloadBytesMax = 32 * 1024 * 1024;

/** One kind of feed: how it is read and what it is worth. Each parser's file exports its own. */
export type Adapter = {
  readonly parse: FeedParser;
  /** The size of a payload in bytes beyond which none is read to its end; left out: `payloadBytesMax`. */
  readonly bytesMax?: number;
  /** What its rows are evidence of. Left out: all of it, as of a list of models under their ids. */
  readonly witnesses?: readonly Testimony[];
  /** What its rows state besides their existence: only for these can its silence be evidence. */
  readonly publishes?: readonly string[];
  /** How its rows tell of an end; left out: `dated`. */
  readonly ends?: EndRule;
  /** How its list goes on where it comes in several pages; left out: it comes whole. */
  readonly paging?: Paging;
  /** It lists the latest entries alone: older ones leave at its end, and that is no loss. */
  readonly window?: true;
  /** The key that its list asks for, shown to the origin of `defaults.url` alone; left out: it is open to everybody. */
  readonly access?: KeyAccess;
  /** Its feeds must be told how they are read; left out: they take no options. */
  readonly options?: AdapterOptions;
  readonly defaults: AdapterDefaults;
};

/** The vendors that a catalogue of every host is expected to list in full. */
export const catalogueVendors = [
  'openai',
  'anthropic',
  'google',
  'xai',
  'meta',
  'deepseek',
  'mistral',
  'qwen',
] as const;
