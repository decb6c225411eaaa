import type { StatedRelease } from './stated-date.ts';
import type { StatedEnd } from './stated-end.ts';
import type { Trust } from './trust.ts';

/**
 * The stages of a model's life, in order. A model that is only announced, or limited to approved customers, is not
 * released. A suspended one was withdrawn by its publisher, but not for good.
 */
export const stages = ['announced', 'limited', 'preview', 'general', 'deprecated', 'suspended', 'retired'] as const;

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
 * One row of a feed as its adapter parsed it, without inference.
 * The model's identity is derived later from `name` and `host`, by the identity data.
 */
export type FeedItem = {
  /** Identifies the row from one poll to the next; unique within the feed. */
  readonly key: string;
  /** The model id as published. */
  readonly name: string;
  /** The provider, catalogue section or namespace that contains the row, as the feed names it. */
  readonly host: string | null;
  /** The row's own trust where it is lower than the feed's (a host's row in a curated catalogue). */
  readonly trust?: Trust;
  /** ISO date or instant at which this item was published, if the item states it (as ledger entries do). */
  readonly publishedAt?: string;
  /** The UTC day that the publisher puts on the item, `YYYY-MM-DD`. It is only displayed, and is not evidence. */
  readonly statedOn?: string;
  /** The release date that the publisher states, verbatim. */
  readonly released?: StatedRelease;
  /** The stage that the feed states. If left out, it is derived from the id. */
  readonly stage?: Stage;
  /** The row says that the model is in service, which is not implied by its being listed. */
  readonly isActive?: true;
  /** The shutdown date that the publisher states, verbatim. */
  readonly shutdown?: string;
  /** How final the stated end is, and what it applies to. */
  readonly end?: StatedEnd;
  /** The id of the model that the publisher recommends instead, verbatim. */
  readonly successor?: string;
  readonly attributes?: Attributes;
  readonly sourceUrl?: string;
  /**
   * The row as published (JSON), for people to inspect. A change in `raw` alone does not count as a change of the item.
   */
  readonly raw: unknown;
};

/** The result of parsing one payload. `lost` lists the rows that could not be read, so that none disappears silently. */
export type ParsedPayload = {
  readonly items: readonly FeedItem[];
  readonly lost: readonly { readonly key: string; readonly why: string }[];
  /**
   * The day through which a reviewed document claims to be complete. Reading it later proves nothing about the time
   * after that day.
   */
  readonly reviewedThrough?: string;
};

/**
 * A pure function from the bytes as published to items. `options` are the feed's, if its adapter has any.
 * Throws `Refusal('feed_unparsable')` if the payload as a whole does not have the expected form.
 */
export type FeedParser = (bytes: Uint8Array, options?: unknown) => ParsedPayload;

/** The most items that a payload may contain. */
export const feedItemsMax = 100_000;
