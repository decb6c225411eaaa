import type { ModelName } from '../criterion/pattern.ts';
import type { EndKind, EndScope } from '../feeds/stated-end.ts';
import type { Trust } from '../feeds/trust.ts';
import { dayMs, formatDay, type Instant, startOfDay } from '../instant.ts';

/** The day or month of an end. Ends are ordered by `from`. */
export type EndDate = { readonly from: Instant; readonly to: Instant; readonly precision: 'day' | 'month' };

/** What ends: one id of a model, at the vendor's own service, at a host, or in a plan. */
export type EndKey = {
  /** As spelled, without the hosts and vendors around it; see `endId`. */
  readonly id: string;
  readonly scope: EndScope;
  /** Null unless the scope is `host`. */
  readonly host: string | null;
};

/** What one row of a feed states about the end of an id. */
export type EndSource = {
  /** Slug of the feed. */
  readonly feed: string;
  readonly origin: string;
  readonly trust: Trust;
  /** The id as published. */
  readonly name: string;
  /** The observation that first stated it. */
  readonly observationId: string;
  /** The date verbatim; null if the row only says that the model has ended. */
  readonly text: string | null;
  readonly date: EndDate | null;
  readonly kind: EndKind;
  readonly statedSince: Instant;
  /** Since when the feed no longer lists the row; null while it does. */
  readonly goneAt: Instant | null;
  /**
   * `decides`: the end is as it states. `agrees` and `differs`: compared with that date. `not_after_release`: it states a day
   * that is not after the release, such as the release date itself, so it counts for nothing.
   */
  readonly use: 'decides' | 'agrees' | 'differs' | 'not_after_release';
};

/** A date that no longer stands. */
export type EndMove = {
  readonly date: EndDate;
  readonly kind: EndKind;
  readonly feed: string;
  /** From when until when it stood, as knowledge times. */
  readonly from: Instant;
  readonly to: Instant;
  /**
   * `moved`: the feed that stated it states another date. `withdrawn`: it states none any more. `other_source`: the statement of
   * another feed counts instead.
   */
  readonly because: 'moved' | 'withdrawn' | 'other_source';
};

/** The model that a feed recommends instead. */
export type EndSuccessor = {
  /** The id as published. */
  readonly id: string;
  /** The model that the id names; null if the identity data cannot read it. */
  readonly model: (ModelName & { readonly slug: string }) | null;
  readonly feed: string;
  readonly observationId: string;
};

/** The vendor's own list shows an id in service after the day on which it was to end. */
export type EndContradiction = {
  readonly feed: string;
  readonly observationId: string;
  /** The first read after that day which shows it. */
  readonly since: Instant;
  /** Whether the row says that the model is active, or merely lists it. */
  readonly status: 'active' | 'listed';
};

/** The family under which the ends of a vendor's aliases of changing models are kept. No model is of it. */
export const aliasFamily = '';

/** The model of an id. An alias of changing models names none: its slug is null, and its family is `aliasFamily`. */
export type EndModel = ModelName & { readonly slug: string | null };

/** What was known of the end of an id from one knowledge time until the next state. */
export type EndState = EndKey & {
  readonly knownFrom: Instant;
  readonly model: EndModel;
  /** Null once no row states an end any more. */
  readonly kind: EndKind | null;
  /** Null for an end without a date. */
  readonly date: EndDate | null;
  /** Since when the date stands; null once no row states an end. */
  readonly statedSince: Instant | null;
  /**
   * Whether a feed that had been read before came to state it. An end in the first read of a feed, or in an archive, is no news.
   */
  readonly appeared: boolean;
  /** The earliest knowledge time at which the evidence sufficed that the id has ended; null if it does not. */
  readonly endedAt: Instant | null;
  /** The observations of that evidence. */
  readonly evidence: readonly string[];
  readonly suspended: boolean;
  readonly successor: EndSuccessor | null;
  readonly contradicted: EndContradiction | null;
  /** The source that decides first. */
  readonly sources: readonly EndSource[];
  /** Every earlier date, oldest first. */
  readonly movedFrom: readonly EndMove[];
};

/** The most sources and the most earlier dates that an end lists: the sources that count most, the latest dates. */
export const endSourcesMax = 20;
export const endMovesMax = 50;

export function endKeyText({ id, scope, host }: EndKey): string {
  return `${scope} ${host ?? ''} ${id}`;
}

export function isSameDate(a: EndDate | null, b: EndDate | null): boolean {
  return a?.from === b?.from && a?.to === b?.to;
}

/** A day as `YYYY-MM-DD`, a month as `YYYY-MM`. */
export function formatEndDate({ from, precision }: EndDate): string {
  return formatDay(from).slice(0, precision === 'day' ? 10 : 7);
}

/** The days, in UTC, from a moment until the start of the day or month of an end: 0 on that day, negative after it. */
export function daysLeft(date: EndDate, at: Instant): number {
  return Math.round((date.from - startOfDay(at)) / dayMs);
}
