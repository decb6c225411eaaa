import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareVersions,
  isVersion,
  normaliseVersion,
  type VersionStyle,
} from '../../../src/domain/identity/version.ts';

const ascending: readonly [VersionStyle, string, string][] = [
  ['components', '4.9', '4.10'],
  ['components', '4', '4o'],
  ['components', '4o', '4.1'],
  ['components', '3.5', '4'],
  ['components', '4.5', '5'],
  ['components', '5', '5.1'],
  ['components', '5.1', '6'],
  ['components', '9', '10'],
  ['components', '3', '3n'],
  ['components', '0.1', '0.2'],
  ['components', '99999999999999998', '99999999999999999'],
  ['decimal', '4.20', '4.3'],
  ['decimal', '4', '4.1'],
  ['decimal', '4.1', '4.20'],
  ['decimal', '4.20', '4.21'],
  ['decimal', '4.99', '5'],
];

const equal: readonly [VersionStyle, string, string][] = [
  ['components', '5', '5.0'],
  ['components', '5', '5.0.0'],
  ['components', '3.05', '3.5'],
  ['decimal', '4.20', '4.2'],
  ['decimal', '4', '4.0'],
];

const versionText = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', '', '', 'o', 'n'),
  )
  .map(([numbers, letter]) => numbers.join('.') + letter);
const styles = fc.constantFrom<VersionStyle>('components', 'decimal');

describe('comparing versions', () => {
  test.each(ascending)('for %s, %s precedes %s', (style, a, b) => {
    expect(compareVersions(a, b, style)).toBeLessThan(0);
    expect(compareVersions(b, a, style)).toBeGreaterThan(0);
  });

  test.each(equal)('for %s, %s equals %s', (style, a, b) => {
    expect(compareVersions(a, b, style)).toBe(0);
    expect(normaliseVersion(a, style)).toBe(normaliseVersion(b, style));
  });

  test('compares numbers, not digits, unless the vendor uses decimals', () => {
    expect(compareVersions('4.20', '4.3')).toBeGreaterThan(0);
    expect(compareVersions('4.20', '4.3', 'decimal')).toBeLessThan(0);
  });

  test('is antisymmetric for any two texts', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), styles, (a, b, style) => {
        expect(Math.sign(compareVersions(a, b, style)) + Math.sign(compareVersions(b, a, style))).toBe(0);
        expect(compareVersions(a, a, style)).toBe(0);
      }),
    );
  });

  test('is transitive', () => {
    fc.assert(
      fc.property(versionText, versionText, versionText, styles, (a, b, c, style) => {
        const [low, middle, high] = [a, b, c].sort((x, y) => compareVersions(x, y, style));
        expect(compareVersions(low ?? '', middle ?? '', style)).toBeLessThanOrEqual(0);
        expect(compareVersions(low ?? '', high ?? '', style)).toBeLessThanOrEqual(0);
      }),
    );
  });

  test('canonical form preserves the order, and is idempotent', () => {
    fc.assert(
      fc.property(versionText, styles, (version, style) => {
        const written = normaliseVersion(version, style);
        expect(compareVersions(version, written, style)).toBe(0);
        expect(normaliseVersion(written, style)).toBe(written);
      }),
    );
  });
});

describe('version syntax', () => {
  test.each(['5', '4.10', '4o', '3n', '0.1', '4.20'])('accepts %s', (text) => {
    expect(isVersion(text)).toBe(true);
  });

  test.each(['', 'v5', '5.x', '5.', '.5', '4oo', '-1', '1e3', '5 ', '9'.repeat(17)])('rejects "%s"', (text) => {
    expect(isVersion(text)).toBe(false);
  });
});
