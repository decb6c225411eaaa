import { dayMs, type Instant, type Interval } from '../instant.ts';

/**
 * A release that became known longer ago is not announced. Such releases come from imported archives or from names that
 * were read again.
 */
export const newsKnownMax = 7 * dayMs;
/**
 * A release that became known longer than this after the model was first seen or released is not announced. Such
 * releases come from a newly added feed.
 */
export const newsAgeMax = 30 * dayMs;

/** The facts that decide whether a release is announced. */
export type ReleaseFacts = {
  readonly establishedAt: Instant;
  readonly firstSeenAt: Instant;
  readonly occurred: Interval;
  /** Whether some feed had been read without the model before it listed it. */
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
