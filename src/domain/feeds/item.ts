import type { StatedRelease } from './stated-date.ts';
import type { Trust } from './trust.ts';

/** Stages of a model's life, in order. `announced` is no release. */
export const stages = ['announced', 'preview', 'general', 'deprecated', 'retired'] as const;

export type Stage = (typeof stages)[number];

/** Attributes a feed may publish; prices in US dollars per million tokens. */
export type Attributes = {
  readonly input_usd_per_mtok?: number;
  readonly output_usd_per_mtok?: number;
  readonly context_tokens?: number;
  readonly open_weights?: boolean;
  readonly parameters?: number;
};

/**
 * One row of a feed as its adapter read it: facts only, nothing inferred.
 * Identity is read from `name` and `host` afterwards, from reviewed tables.
 */
export type FeedItem = {
  /** What makes two polls' rows the same row; unique within the feed. */
  readonly key: string;
  /** The model id as published. */
  readonly name: string;
  /** The provider, catalogue section or namespace that the row stands under, as the feed names it. */
  readonly host: string | null;
  /** The row's own trust where it is less than the feed's (a host's row in a curated catalogue). */
  readonly trust?: Trust;
  /** ISO date or instant at which this item was published, where the item itself carries that (dated ledger entries). */
  readonly publishedAt?: string;
  /** The UTC day that the publisher puts on the item, `YYYY-MM-DD`. Shown as its source date; it dates no knowledge and no release. */
  readonly statedOn?: string;
  /** The release date the publisher states, verbatim. */
  readonly released?: StatedRelease;
  /** A stage the feed itself states; otherwise the id tells. */
  readonly stage?: Stage;
  /** The shutdown date the publisher states, verbatim. */
  readonly shutdown?: string;
  readonly attributes?: Attributes;
  readonly sourceUrl?: string;
  /** The row as published (JSON), for people to inspect. Not part of what makes an item changed. */
  readonly raw: unknown;
};

/** What an adapter made of one payload. `lost` names rows that could not be read, so that none disappears in silence. */
export type ParsedPayload = {
  readonly items: readonly FeedItem[];
  readonly lost: readonly { readonly key: string; readonly why: string }[];
  /** The day that a reviewed document says it is complete through: reading it again later teaches nothing newer. */
  readonly reviewedThrough?: string;
};

/**
 * Pure: the bytes as the publisher served them → items. `options` are the feed's own, where its adapter has any.
 * Throws `Refusal('feed_unparsable')` when the whole payload is not what it should be.
 */
export type FeedParser = (bytes: Uint8Array, options?: unknown) => ParsedPayload;

/** The most items one payload may hold; more makes the payload unparsable. */
export const feedItemsMax = 100_000;
