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
  ['one that was known for a week when it was recorded', {}, newsKnownMax, true],
  ['one that was known for longer: an archive', {}, newsKnownMax + 1, false],
  ['one that the first poll listed, dated within the month', { appeared: false }, 0, true],
  [
    'one that the first poll listed, dated longer ago',
    { appeared: false, occurred: { from: established - newsAgeMax - 1, to: established } },
    0,
    false,
  ],
  ['one that the first poll listed without a date', { appeared: false, occurred: undated }, 0, false],
  ['one that appeared without a date', { occurred: undated }, 0, true],
  ['one that was first seen a month before', { firstSeenAt: established - newsAgeMax }, 0, true],
  [
    'one that was first seen longer before: another feed lists it now',
    { firstSeenAt: established - newsAgeMax - 1 },
    0,
    false,
  ],
])('%s', (_name, fields, later, news) => {
  expect(isNews({ ...listed, ...fields }, established + later)).toBe(news);
});
