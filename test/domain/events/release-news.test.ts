import { expect, test } from 'vitest';
import { isNews, newsAgeMax, newsKnownMax } from '../../../src/domain/events/release-news.ts';
import { dayMs } from '../../../src/domain/instant.ts';

const established = Date.UTC(2025, 7, 8);
const listed = {
  establishedAt: established,
  firstSeenAt: established - dayMs,
  occurred: { from: established - 2 * dayMs, to: established - dayMs },
  appeared: true,
};
const undated = { from: Number.NEGATIVE_INFINITY, to: established - dayMs };

test.each([
  ['a model that appeared yesterday', {}, 0, true],
  ['one that was known for a week when it was written down', {}, newsKnownMax, true],
  ['one that was known for longer: an archive', {}, newsKnownMax + 1, false],
  ['one that was there at the first poll, dated within the month', { appeared: false }, 0, true],
  [
    'one that was there at the first poll and dated longer ago',
    { appeared: false, occurred: { from: established - newsAgeMax - 1, to: established } },
    0,
    false,
  ],
  ['one that was there at the first poll and not dated', { appeared: false, occurred: undated }, 0, false],
  ['one that appeared and is not dated', { occurred: undated }, 0, true],
  ['one that was first seen a month before', { firstSeenAt: established - newsAgeMax }, 0, true],
  [
    'one that was first seen longer before: another feed vouches for it',
    { firstSeenAt: established - newsAgeMax - 1 },
    0,
    false,
  ],
])('%s', (_name, fields, later, news) => {
  expect(isNews({ ...listed, ...fields }, established + later)).toBe(news);
});
