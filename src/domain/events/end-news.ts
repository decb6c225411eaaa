import type { EndChange } from '../ends/changes.ts';
import type { Instant } from '../instant.ts';
import { newsAgeMax, newsKnownMax } from './release-news.ts';

/**
 * Whether a change is announced: it became known within the last week, and not by the first read of a feed. An end that came long
 * before it was known is no news either.
 */
export function isEndNews({ type, before, after, knownAt }: EndChange, now: Instant): boolean {
  if (now - knownAt > newsKnownMax) return false;
  switch (type) {
    case 'new':
    case 'moved':
    case 'restated':
      return after.appeared;
    case 'ended':
      return before !== null && (after.date === null || after.date.to >= knownAt - newsAgeMax);
    case 'withdrawn':
    case 'suspended':
    case 'reinstated':
    case 'successor_released':
      return before !== null;
  }
}
