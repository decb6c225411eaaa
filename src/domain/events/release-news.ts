import { dayMs, type Instant, type Interval } from '../instant.ts';

/** A release that became known longer ago is not announced: an archive was imported, or names were read again. */
export const newsKnownMax = 7 * dayMs;
/** Nor is a model that was first seen, or released, longer before it became known: a feed was added. */
export const newsAgeMax = 30 * dayMs;

/** The facts that decide whether a release is announced. */
export type ReleaseFacts = {
  readonly establishedAt: Instant;
  readonly firstSeenAt: Instant;
  readonly occurred: Interval;
  /** Some feed that lists the model was read earlier without it: it was not in the feed's first read. */
  readonly appeared: boolean;
};

/**
 * Whether a release is announced to subscribers: it became known within the last week, was first seen at most 30 days
 * before that, and either appeared in a feed that had been read without it or is dated within those 30 days. So a first
 * poll, an archive, a new feed or new identity data announces nothing.
 */
export function isNews(release: ReleaseFacts, now: Instant): boolean {
  const { establishedAt, firstSeenAt, occurred, appeared } = release;
  const recent = establishedAt - newsAgeMax;
  return now - establishedAt <= newsKnownMax && firstSeenAt >= recent && (appeared || occurred.from >= recent);
}
