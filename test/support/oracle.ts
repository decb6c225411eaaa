import type { Criterion } from '../../src/domain/criterion.ts';

/**
 * The oracle: knows when everything was released, and answers with two values. It shares no code with the engine.
 */

/** The hour at which each tier came out, counted from 2025-08-01T00:00Z; null: never. The unsuffixed model is `''`. */
export type Releases = Readonly<Record<string, number | null>>;

const hourZero = Date.UTC(2025, 7, 1);

export function isTrue(criterion: Criterion, releases: Releases): boolean {
  switch (criterion.op) {
    case 'released': {
      const { tier } = criterion.model;
      const wanted = tier === null ? [''] : tier === 'any' ? Object.keys(releases) : tier.map((name) => name ?? '');
      const from = (Date.parse(criterion.from ?? '2025-08-01') - hourZero) / 3_600_000;
      const to = criterion.by === undefined ? Infinity : (Date.parse(criterion.by) - hourZero) / 3_600_000 + 24;
      return wanted.some((name) => {
        const hour = releases[name] ?? null;
        return hour !== null && from <= hour && hour < to;
      });
    }
    case 'not':
      return !isTrue(criterion.of, releases);
    case 'all':
      return criterion.of.every((of) => isTrue(of, releases));
    case 'any':
      return criterion.of.some((of) => isTrue(of, releases));
    default:
      throw new Error(`the oracle does not know ${criterion.op}`);
  }
}
