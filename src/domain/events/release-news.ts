import { dayMs, type Instant, type Interval } from '../instant.ts';

/** What became known longer ago is told to nobody: an archive was imported, or names were read anew. */
export const newsKnownMax = 7 * dayMs;
/** A model that was first seen, or came out, longer before it became known is no news either: another feed was added. */
export const newsAgeMax = 30 * dayMs;

/** What the telling of a release depends on. */
export type ReleaseTold = {
  readonly establishedAt: Instant;
  readonly firstSeenAt: Instant;
  readonly occurred: Interval;
  /** Some feed that lists it had been read without it before: it was not there from the start. */
  readonly appeared: boolean;
};

/**
 * Whether a subscriber is told that a model was released: it became known within the last week, was first seen at most 30
 * days before that, and either appeared in a feed that had been read without it or is dated within those 30 days. So
 * neither a first poll, nor an archive, nor a new feed, nor new identity data sets off a storm.
 */
export function isNews(release: ReleaseTold, now: Instant): boolean {
  const { establishedAt, firstSeenAt, occurred, appeared } = release;
  const recent = establishedAt - newsAgeMax;
  return now - establishedAt <= newsKnownMax && firstSeenAt >= recent && (appeared || occurred.from >= recent);
}
