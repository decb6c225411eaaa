import fc from 'fast-check';
import type { Criterion, EventLeaf, ModelPattern } from '../../src/domain/criterion/criterion.ts';
import { dayMs } from '../../src/domain/instant.ts';
import { start } from './random-worlds.ts';

/** Random criteria of every operator, about the models that random worlds know. */

const day = fc
  .integer({ min: -5, max: 25 })
  .map((offset) => new Date(start + offset * dayMs).toISOString().slice(0, 10));

const anyPattern: fc.Arbitrary<ModelPattern> = fc.record({
  vendor: fc.constantFrom('openai', 'openai', 'openai', 'any'),
  family: fc.constantFrom('gpt', 'gpt', 'any'),
  tier: fc.constantFrom<null | 'any' | (string | null)[]>(null, 'any', ['mini']),
  version: fc.constantFrom<string | { gte: string }>('5', '5', '5.1', { gte: '5' }),
  stage: fc.constantFrom('any' as const, 'any' as const, 'ga' as const),
});

type Window = { from?: string; by?: string };

const anyWindow: fc.Arbitrary<Window> = fc
  .record({ from: fc.option(day, { nil: undefined }), by: fc.option(day, { nil: undefined, freq: 3 }) })
  .filter(({ from, by }) => from === undefined || by === undefined || from <= by)
  .map(({ from, by }) => ({ ...(from === undefined ? {} : { from }), ...(by === undefined ? {} : { by }) }));

const anyComparison = fc.constantFrom({ gt: 10 }, { gte: 20 }, { lte: 10 }, { eq: 5 }, { gt: 4, lt: 6 });

function eventsIn(patterns: fc.Arbitrary<ModelPattern>, windows: fc.Arbitrary<Window>): fc.Arbitrary<EventLeaf> {
  const named = fc.tuple(patterns, windows);
  const release = named.map(([model, window]): EventLeaf => ({ op: 'released', model, ...window }));
  const end = named.map(([model, window]): EventLeaf => ({ op: 'retired', model, ...window }));
  const value = fc
    .tuple(named, anyComparison)
    .map(
      ([[model, window], is]): EventLeaf => ({ op: 'attribute', model, name: 'output_usd_per_mtok', is, ...window }),
    );
  const distinct = fc.constantFrom('model' as const, 'version' as const);
  const number = fc
    .tuple(named, fc.constantFrom(1, 1, 2, 3), distinct)
    .map(
      ([[model, window], at_least, what]): EventLeaf => ({ op: 'count', model, at_least, distinct: what, ...window }),
    );
  return fc.oneof(
    { weight: 3, arbitrary: release },
    { weight: 2, arbitrary: end },
    { weight: 3, arbitrary: value },
    { weight: 2, arbitrary: number },
  );
}

/** One of the four kinds of event. */
export const anyLeaf: fc.Arbitrary<EventLeaf> = eventsIn(anyPattern, anyWindow);

/** Sides of an order that can come true: wide windows, and models that the worlds contain. */
const anySide: fc.Arbitrary<EventLeaf> = fc.oneof(
  { weight: 1, arbitrary: anyLeaf },
  {
    weight: 3,
    arbitrary: eventsIn(
      fc.constantFrom<ModelPattern>(
        { vendor: 'openai', family: 'gpt', version: { gte: '5' }, tier: 'any' },
        { vendor: 'openai', family: 'gpt', version: '5', tier: 'any' },
        { vendor: 'openai', family: 'gpt', version: '5', tier: null },
        { vendor: 'openai', family: 'gpt', version: { gte: '5' }, tier: ['mini'] },
        { vendor: 'openai', family: 'gpt', version: '5.1', tier: null },
      ),
      fc.constantFrom<Window>(
        { from: '2025-07-01' },
        { from: '2025-07-01' },
        { from: '2025-08-03' },
        { by: '2025-08-20' },
      ),
    ),
  },
);

export const anyOrder: fc.Arbitrary<Criterion> = fc.oneof(
  fc
    .tuple(anySide, anySide, fc.option(day, { nil: undefined, freq: 3 }))
    .map(([first, second, by]): Criterion => ({ op: 'precedes', first, second, ...(by === undefined ? {} : { by }) })),
  fc
    .tuple(anySide, anySide, fc.constantFrom('P3D', 'P2W', 'P1M', 'P1M2D'))
    .map(([event, after, duration]): Criterion => ({ op: 'within', event, after, duration })),
);

const judged: Criterion = { op: 'judged', question: 'Is it?' };

/** The operands of connectives: events, orders of events, and questions for a person. */
export const anyUnit: fc.Arbitrary<Criterion> = fc.oneof(
  { weight: 4, arbitrary: anyLeaf },
  { weight: 3, arbitrary: anyOrder },
  { weight: 1, arbitrary: fc.constant(judged) },
);

/** Criteria with every operator, a few levels deep; some are single leaves. */
export const anyCriterion: fc.Arbitrary<Criterion> = nested(6);

/** Like `anyCriterion`, with more connectives than leaves. */
export const anyTree: fc.Arbitrary<Criterion> = nested(3);

function nested(leaves: number): fc.Arbitrary<Criterion> {
  return fc.letrec<{ node: Criterion }>((tie) => {
    const several = fc.array(tie('node'), { minLength: 1, maxLength: 3 });
    return {
      node: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        { weight: leaves, arbitrary: anyUnit },
        { weight: 2, arbitrary: tie('node').map((of): Criterion => ({ op: 'not', of })) },
        { weight: 2, arbitrary: several.map((of): Criterion => ({ op: 'all', of })) },
        { weight: 2, arbitrary: several.map((of): Criterion => ({ op: 'any', of })) },
      ),
    };
  }).node;
}
