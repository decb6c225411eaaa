import { describe, expect, it, test } from 'vitest';
import { formatInterval, momentCharsMax, parseDate, parseInstant } from '../../src/domain/instant.ts';

function span(text: string): string | null {
  const date = parseDate(text);
  return date === null
    ? null
    : `${new Date(date.interval.from).toISOString()} ${new Date(date.interval.to).toISOString()} ${date.precision}`;
}

test('the longest moment that is accepted has nanoseconds and a numeric zone', () => {
  const longest = '2025-08-07T12:00:00.123456789+02:00';
  expect(longest).toHaveLength(momentCharsMax);
  expect(parseInstant(longest)).not.toBeNull();
  expect(parseInstant(longest.replace('789', '7890'))).toBeNull();
});

describe('a date', () => {
  it.each([
    ['2025', '2025-01-01T00:00:00.000Z 2026-01-01T00:00:00.000Z year'],
    ['2025-02', '2025-02-01T00:00:00.000Z 2025-03-01T00:00:00.000Z month'],
    ['2025-12', '2025-12-01T00:00:00.000Z 2026-01-01T00:00:00.000Z month'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z 2024-03-01T00:00:00.000Z day'],
    ['2025-08-07T12:00Z', '2025-08-07T12:00:00.000Z 2025-08-07T12:00:00.001Z instant'],
    ['2025-08-07T01:00:00+02:00', '2025-08-06T23:00:00.000Z 2025-08-06T23:00:00.001Z instant'],
  ])('%s covers the stated period', (text, expected) => {
    expect(span(text)).toBe(expected);
  });

  it.each([
    '',
    '25-08-07',
    '2025-8-7',
    '2025-13',
    '2025-00',
    '2025-02-29',
    '2025-02-30',
    '2025-08-00',
    '1949',
    '2201',
    '2025-08-07T12:00',
    '2025-08-07 12:00Z',
    '2025-08-07T24:00Z',
    '2025-02-30T12:00Z',
    ' 2025-08-07',
    '2025-08-07\n',
    'soon',
  ])('%j is rejected', (text) => {
    expect(parseDate(text)).toBeNull();
  });

  it('is not an instant', () => {
    expect(parseInstant('2025-08-07')).toBeNull();
    expect(parseInstant('2025-08-07T00:00Z')).toBe(Date.UTC(2025, 7, 7));
  });
});

describe('an interval in ISO 8601', () => {
  const day = (text: string): number => Date.parse(`${text}T00:00Z`);
  it.each([
    [day('2025-08-07'), day('2025-08-08'), '2025-08-07'],
    [day('2025-08-07') + 1, day('2025-08-07') + 5, '2025-08-07'],
    [day('2025-08-07'), day('2025-08-07') + 1, '2025-08-07T00:00:00Z'],
    [day('2025-08-01'), day('2025-09-01'), '2025-08-01/2025-08-31'],
    [Number.NEGATIVE_INFINITY, day('2025-08-08'), '../2025-08-07'],
    [day('2025-08-07'), Number.POSITIVE_INFINITY, '2025-08-07/..'],
    [day('2025-08-07') + 3_600_000, day('2025-08-09'), '2025-08-07T01:00:00Z/2025-08-08'],
  ])('from %d to %d is written %s', (from, to, text) => {
    expect(formatInterval({ from, to })).toBe(text);
  });
});
