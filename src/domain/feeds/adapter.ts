import type { FeedParser } from './item.ts';
import type { KeyAccess } from './key-access.ts';
import type { Paging } from './pages.ts';
import type { Trust } from './trust.ts';

/** The settings of an adapter's feeds, unless a feed's own entry overrides them. */
export type AdapterDefaults = {
  /** The highest trust that its rows can have. */
  readonly trust: Trust;
  /** Feeds of one origin copy each other and count once. */
  readonly origin: string;
  /** Vendors whose every release the feed is expected to list. Only for these is the absence of a row evidence. */
  readonly covers: readonly string[];
  /** How late the feed may show that a price, a status or an end changed; ISO 8601 duration. */
  readonly settlementLag: string;
  /** The address of the feed; null when each feed of the adapter has its own. */
  readonly url: string | null;
};

/**
 * What a row can be evidence of: that the model was released, that it is generally available (unless its name or stage
 * says otherwise), that it was withdrawn, or that it has a price or another attribute.
 */
export type Testimony = 'release' | 'general' | 'end' | 'attribute';

/**
 * When the vendor's own rows in a feed prove that a model has ended.
 * `dated`: every row of the model states a shutdown day that has passed.
 * `by_rights`: as `dated`, but for every known id of the model, because the list shows only ids that the key may use.
 * `by_status`: every row of the model says that it is retired; until then a stated day is only a plan.
 */
export type EndRule = 'dated' | 'by_rights' | 'by_status';
/** What the rows of a feed are evidence of, and which attributes they publish. */
type Declaration = { readonly witnesses: readonly Testimony[]; readonly publishes: readonly string[] };

/** For an adapter whose feeds are configured one by one. */
export type AdapterOptions = {
  /** Checks options before they are stored. Throws `Refusal('validation_failed')` with pointers below `#/options`. */
  readonly read: (options: unknown) => { readonly vendor?: string | undefined };
  /** What a feed with such options witnesses and publishes. */
  readonly declare: (options: unknown) => Declaration;
};

/** The size limit of a payload, all pages of a list together, unless the adapter has its own. */
export const payloadBytesMax = 32 * 1024 * 1024;

/** One kind of feed: how its payloads are parsed and what its rows prove. Each file in `adapters` exports one. */
export type Adapter = {
  readonly parse: FeedParser;
  /** The size limit of a payload. Default: `payloadBytesMax`. */
  readonly bytesMax?: number;
  /** What its rows are evidence of. Default: everything, which fits a list of models by id. */
  readonly witnesses?: readonly Testimony[];
  /** The attributes that its rows state. Only for these can a missing value be evidence. */
  readonly publishes?: readonly string[];
  /** How its rows prove that a model has ended. Default: `dated`. */
  readonly ends?: EndRule;
  /** How its list is paginated. Default: the list is a single document. */
  readonly paging?: Paging;
  /** Whether people have reviewed its entries, which state when they were published. They need no later read. */
  readonly reviewed?: true;
  /** Whether the feed lists only its latest entries, so that the disappearance of an old one is not a loss. */
  readonly window?: true;
  /** Whether the key of a row is an alias wherever it differs from the id that the row names. */
  readonly aliases?: true;
  /** The API key that its list requires, sent only to the origin of `defaults.url`. Default: no key is required. */
  readonly access?: KeyAccess;
  /** For feeds that must each configure how they are read. Default: feeds have no options. */
  readonly options?: AdapterOptions;
  readonly defaults: AdapterDefaults;
};

/** The vendors whose own rows every catalogue lists. Each adapter adds the vendors that only its catalogue lists. */
export const catalogueVendors = [
  'openai',
  'anthropic',
  'google',
  'xai',
  'meta',
  'deepseek',
  'mistral',
  'qwen',
  'moonshot',
  'zhipu',
  'minimax',
  'amazon',
  'cohere',
  'perplexity',
  'inception',
] as const;
