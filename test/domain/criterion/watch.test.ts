import { describe, expect, it } from 'vitest';
import type { Criterion, ModelPattern } from '../../../src/domain/criterion/criterion.ts';
import { matchesPattern } from '../../../src/domain/criterion/pattern.ts';
import {
  countAbsenceLeaves,
  edgesOf,
  resolveByOf,
  tierKey,
  versionKeys,
  watchesOf,
  windowOf,
} from '../../../src/domain/criterion/watch.ts';
import { at, released } from '../../support/timelines.ts';

const made = at('2025-08-01');

describe('the window of a leaf', () => {
  it.each([
    ['includes the whole last day', { by: '2025-12-31' }, made, at('2026-01-01')],
    ['includes an instant', { by: '2025-12-31T12:00:00Z' }, made, at('2025-12-31T12:00:00.001Z')],
    ['reads an instant with a zone in UTC', { by: '2025-12-31T12:00:00+02:00' }, made, at('2025-12-31T10:00:00.001Z')],
    ['opens by default on the day of the claim', {}, made, Number.POSITIVE_INFINITY],
    ['opens on the given day', { from: '2025-09-01' }, at('2025-09-01'), Number.POSITIVE_INFINITY],
  ])('%s', (_name, leaf, from, to) => {
    expect(windowOf(leaf, made)).toEqual({ from, to });
  });
});

describe('what a criterion watches', () => {
  const criterion: Criterion = {
    op: 'all',
    of: [
      released({ by: '2025-08-31' }),
      { op: 'not', of: released({ tier: ['mini'], by: '2025-09-30' }) },
      {
        op: 'any',
        of: [
          released({ vendor: 'any', family: 'any', by: '2025-08-31' }),
          { op: 'judged', question: 'Is it?', by: '2025-10-31' },
        ],
      },
    ],
  };

  it('is each vendor and family once, including wildcards', () => {
    const watched = watchesOf(criterion).map((watch) => `${watch.vendor}/${watch.family}`);
    expect(watched).toEqual(['openai/gpt', 'any/any']);
  });

  it('is the versions and tiers of all leaves about a family, or any', () => {
    const both = (a: object, b: object): Criterion => ({ op: 'all', of: [released(a), released(b)] });
    expect(watchesOf(both({ version: '5' }, { version: '4.20', tier: ['mini', null] }))).toMatchObject([
      { versions: ['5', '4.20', '4.2'], tiers: ['', 'mini'] },
    ]);
    expect(watchesOf(both({ version: '5' }, { version: { gte: '6' }, tier: 'any' }))).toMatchObject([
      { versions: null, tiers: null },
    ]);
  });

  it('includes every model that a pattern matches, however its family compares versions', () => {
    const versions = ['4', '4.0', '4.2', '4.20', '4.02', '4.1.0', '04.10', '4o', '4.0o', '5', '5.0.0', '10'];
    const tiers = [null, 'mini', 'codex-max'];
    const wantedTiers: ModelPattern['tier'][] = ['any', null, ['mini'], [null, 'codex-max']];
    let matches = 0;
    for (const style of ['components', 'decimal'] as const)
      for (const wanted of versions)
        for (const version of [...versions, null])
          for (const wantedTier of wantedTiers)
            for (const tier of tiers) {
              const leaf = released({ version: wanted, tier: wantedTier });
              const model = { vendor: leaf.model.vendor, family: leaf.model.family, version, tier };
              if (!matchesPattern(leaf.model, model, () => style)) continue;
              matches += 1;
              const [watch] = watchesOf(leaf);
              expect(watch?.versions?.some((key) => versionKeys(version).includes(key))).toBe(true);
              expect(watch?.tiers?.includes(tierKey(tier)) ?? true).toBe(true);
            }
    expect(matches).toBeGreaterThan(100);
  });

  it('is each deadline, and 90 days past it, once per vendor', () => {
    const edges = edgesOf(criterion).map((edge) => `${edge.vendor} ${new Date(edge.at).toISOString().slice(0, 10)}`);
    expect(edges).toEqual([
      'openai 2025-09-01',
      'openai 2025-11-30',
      'openai 2025-10-01',
      'openai 2025-12-30',
      'any 2025-09-01',
      'any 2025-11-30',
    ]);
  });

  it('has a last deadline only if every part has one', () => {
    expect(resolveByOf(criterion)).toBe(at('2025-11-01'));
    expect(resolveByOf({ op: 'all', of: [criterion, released()] })).toBeNull();
  });
});

describe('the leaves that absence can settle', () => {
  const dated = released({ by: '2025-08-31' });
  const open = released();
  it.each<[string, Criterion, number]>([
    ['one with a deadline', dated, 1],
    ['one without', open, 0],
    ['a question', { op: 'judged', question: 'Is it?', by: '2025-10-31' }, 0],
    ['those with a deadline among several', { op: 'any', of: [dated, open, { op: 'not', of: dated }] }, 2],
    ['both sides of an order, whatever their deadlines', { op: 'precedes', first: open, second: dated }, 2],
    ['both events of a duration', { op: 'within', event: open, after: open, duration: 'P3M' }, 2],
    [
      'an order and the part next to it',
      { op: 'all', of: [{ op: 'precedes', first: open, second: open }, dated, open] },
      3,
    ],
  ])('are counted: %s', (_name, criterion, leaves) => expect(countAbsenceLeaves(criterion)).toBe(leaves));
});
