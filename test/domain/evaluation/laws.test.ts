import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { analysePolarity } from '../../../src/domain/criterion/polarity.ts';
import { windowOf } from '../../../src/domain/criterion/watch.ts';
import { evaluate } from '../../../src/domain/evaluation/evaluate.ts';
import { type ExplanationNode, nodesOf } from '../../../src/domain/evaluation/explanation.ts';
import { firstKnown } from '../../../src/domain/evaluation/known-at.ts';
import type { Sighting, Timeline } from '../../../src/domain/evidence/timeline.ts';
import { hourMs, parseEffective } from '../../../src/domain/instant.ts';
import { anyCriterion, anyLeaf, anyTree, anyUnit } from '../../support/random-criteria.ts';
import { anyMoment, anyWorld, asOf, end, type RandomWorld } from '../../support/random-worlds.ts';
import { samples } from '../../support/samples.ts';
import { feed, sighting, terms, timeline } from '../../support/timelines.ts';

const setting = terms();
const runs = { numRuns: samples(300, 30) };
const far = end + 60 * 86_400_000;

function verdict(criterion: Criterion, world: Timeline, at: number) {
  return evaluate(criterion, world, at, setting).verdict;
}

function settled(criterion: Criterion, world: Timeline, at: number) {
  const { verdict: value, effectiveAt } = evaluate(criterion, world, at, setting);
  return { value, effectiveAt };
}

describe('the laws of settling', () => {
  it('the same question over the same evidence has the same answer and explanation', () => {
    fc.assert(
      fc.property(anyWorld, anyCriterion, anyMoment, (world, criterion, at) => {
        const before = JSON.stringify([criterion, world.sightings]);
        expect(evaluate(criterion, world.timeline, at, setting)).toEqual(
          evaluate(criterion, world.timeline, at, setting),
        );
        expect(JSON.stringify([criterion, world.sightings])).toBe(before);
      }),
      { numRuns: samples(150, 15) },
    );
  });

  it('the order of feeds and rows does not matter', () => {
    fc.assert(
      fc.property(anyWorld, anyCriterion, anyMoment, fc.infiniteStream(fc.nat()), (world, criterion, at, seeds) => {
        const shuffled = <T>(list: readonly T[]): T[] =>
          list
            .map((item) => ({ item, key: seeds.next().value ?? 0 }))
            .sort((a, b) => a.key - b.key)
            .map(({ item }) => item);
        const other = timeline(shuffled(world.feeds), shuffled(world.sightings));
        expect(evaluate(criterion, other, at, setting)).toEqual(evaluate(criterion, world.timeline, at, setting));
      }),
      runs,
    );
  });

  it('later observations never change an answer as of a moment, or an earlier knowledge time', () => {
    fc.assert(
      fc.property(anyWorld, anyCriterion, anyMoment, (world, criterion, at) => {
        const then = asOf(world.timeline, at);
        const answer = evaluate(criterion, world.timeline, at, setting);
        expect(answer).toEqual(evaluate(criterion, then, at, setting));
        if (answer.verdict === 'undetermined') return;
        expect(firstKnown(criterion, world.timeline, at, setting, { verdict: answer.verdict })).toEqual(
          firstKnown(criterion, then, at, setting, { verdict: answer.verdict }),
        );
      }),
      runs,
    );
  });

  it('a leaf is never NO without a deadline, nor before enough feeds were read past it or a first party dates the event after it', () => {
    fc.assert(
      fc.property(anyWorld, anyLeaf, anyMoment, (world, leaf, at) => {
        const { verdict: value, explanation } = evaluate(leaf, world.timeline, at, setting);
        if (value !== 'no') return;
        const { to } = windowOf(leaf, setting.madeFrom);
        if (explanation.reason === 'happened_after_deadline') {
          expect(leaf.by).toBeDefined();
          expect(explanation.witnesses.some(({ trust }) => trust === 'first_party')).toBe(true);
          return;
        }
        const past = world.feeds.filter(
          (feed) =>
            feed.trust !== 'community' &&
            feed.covers.length > 0 &&
            feed.reads.some((read) => read <= at && read - feed.settlementLagMs >= to),
        );
        const origins = new Set(past.map((feed) => feed.origin));
        expect(leaf.by).toBeDefined();
        expect(origins.size >= 2 || past.some((feed) => feed.trust === 'first_party')).toBe(true);
      }),
      runs,
    );
  });

  it('one more undated row of a catalogue never turns a yes into a no', () => {
    fc.assert(
      fc.property(anyWorld, anyCriterion, anyMoment, fc.nat({ max: 5 }), (world, criterion, at, pick) => {
        const undated = world.sightings.filter((row) => feedOf(world, row)?.trust !== 'first_party').map(withoutDates);
        const added = undated[pick % Math.max(undated.length, 1)];
        if (added === undefined) return;
        const fewer = undated.filter((row) => row !== added);
        if (hasNot(criterion) || verdict(criterion, timeline(world.feeds, fewer), at) !== 'yes') return;
        expect(verdict(criterion, timeline(world.feeds, undated), at)).not.toBe('no');
      }),
      { numRuns: samples(600, 60) },
    );
  });

  it.each([
    ['of any criterion', anyCriterion, samples(400, 35)],
    [
      'of an end, which several origins may state for different days',
      anyLeaf.filter(({ op }) => op === 'retired'),
      samples(1000, 80),
    ],
  ] as const)(
    'a clock alone changes an answer only at the moment it said to look again: %s',
    (_name, asked, numRuns) => {
      const anyHours = fc.nat({ max: 40 });
      fc.assert(
        fc.property(anyWorld, asked, anyHours, anyHours, fc.nat({ max: 400 }), (world, criterion, row, on, later) => {
          // Nothing is observed after a moment soon after a row turned up.
          const at = (world.sightings[row % Math.max(world.sightings.length, 1)]?.seenFrom ?? end) + on * hourMs;
          const next = at + later * hourMs;
          const then = asOf(world.timeline, at);
          const [before, after] = [at, next].map((moment) => evaluate(criterion, then, moment, setting));
          if (before === undefined || after === undefined) return;
          if (before.verdict !== 'undetermined') expect(after.verdict).toBe(before.verdict);
          else if (before.recheckAt === null || next < before.recheckAt)
            expect([after.verdict, after.leaning?.outcome, after.leaning?.reason]).toEqual([
              before.verdict,
              before.leaning?.outcome,
              before.leaning?.reason,
            ]);
        }),
        { numRuns },
      );
    },
  );

  it('all and any are duals, dates included', () => {
    fc.assert(
      fc.property(anyWorld, fc.array(anyCriterion, { minLength: 1, maxLength: 4 }), anyMoment, (world, of, at) => {
        const not = (one: Criterion): Criterion => ({ op: 'not', of: one });
        expect(settled(not({ op: 'all', of }), world.timeline, at)).toEqual(
          settled({ op: 'any', of: of.map(not) }, world.timeline, at),
        );
      }),
      runs,
    );
  });

  it('a double negation changes nothing, dates included', () => {
    fc.assert(
      fc.property(anyWorld, anyCriterion, anyMoment, (world, criterion, at) => {
        const twice: Criterion = { op: 'not', of: { op: 'not', of: criterion } };
        expect(settled(twice, world.timeline, at)).toEqual(settled(criterion, world.timeline, at));
      }),
      runs,
    );
  });

  it('deciding open parts either way never contradicts a verdict reached without them', () => {
    fc.assert(
      fc.property(anyWorld, anyTree, anyMoment, fc.infiniteStream(fc.boolean()), (world, criterion, at, ways) => {
        const seen = withConstants(world);
        const { verdict: before, explanation } = evaluate(criterion, seen, at, setting);
        if (before === 'undetermined') return;
        const refined = refine(criterion, explanation, () => ways.next().value === true);
        expect(verdict(refined, seen, at)).toBe(before);
      }),
      runs,
    );
  });

  it('a refutable criterion is never yes, and a confirmable one is never no', () => {
    fc.assert(
      fc.property(anyWorld, anyCriterion, anyMoment, (world, criterion, at) => {
        const value = verdict(criterion, world.timeline, at);
        const polarity = analysePolarity(criterion);
        if (polarity === 'refutable_only' || polarity === 'undecidable') expect(value).not.toBe('yes');
        if (polarity === 'confirmable_only' || polarity === 'undecidable') expect(value).not.toBe('no');
      }),
      runs,
    );
  });
});

describe('random worlds and criteria', () => {
  it.each(['released', 'retired', 'attribute', 'count', 'precedes', 'within'] as const)(
    'give %s every verdict, so that the laws are not vacuous',
    (op) => {
      const reached = { yes: 0, no: 0, undetermined: 0 };
      const units = anyUnit.filter((unit) => unit.op === op);
      for (const [world, unit] of fc.sample(fc.tuple(anyWorld, units), { numRuns: samples(500, 150), seed: 1 }))
        reached[verdict(unit, world.timeline, far)] += 1;
      expect(Math.min(...Object.values(reached))).toBeGreaterThan(samples(5, 0));
    },
  );

  it('never crash the engine, and every witness was observed by then', () => {
    fc.assert(
      fc.property(anyWorld, anyCriterion, anyMoment, (world, criterion, at) => {
        const { explanation, evidence, verdict: value, effectiveAt } = evaluate(criterion, world.timeline, at, setting);
        const observed = observationsBy(world, at);
        for (const node of nodesOf(explanation)) {
          expect(node.text).not.toMatch(/undefined|NaN|null|Infinity/);
          for (const witness of node.witnesses) expect(observed).toContain(witness.observation_id);
          if (node.effective_at !== null) expect(parseEffective(node.effective_at)).not.toBeNull();
        }
        for (const id of evidence) expect(observed).toContain(id);
        expect(effectiveAt === null).toBe(value === 'undetermined');
      }),
      runs,
    );
  });
});

function observationsBy(world: RandomWorld, at: number): Set<string> {
  const versions = world.sightings.flatMap((row) => row.versions).filter((version) => version.observedAt <= at);
  return new Set(versions.map((version) => version.observationId));
}

function feedOf(world: RandomWorld, row: Sighting) {
  return world.feeds.find((feed) => feed.id === row.feedId);
}

function withoutDates(row: Sighting): Sighting {
  return { ...row, versions: row.versions.map((version) => ({ ...version, released: null })) };
}

/** Under a `not` a yes of the whole is a no of its part: the law is about what witnesses speak for. */
function hasNot(criterion: Criterion): boolean {
  if (criterion.op === 'not') return true;
  return (criterion.op === 'all' || criterion.op === 'any') && criterion.of.some(hasNot);
}

const claude = { vendor: 'anthropic', family: 'claude', tier: null };
const surely: Criterion = { op: 'released', model: { ...claude, version: '1' }, from: '2024-01-01' };
const never: Criterion = { op: 'released', model: { ...claude, version: '2' }, from: '2024-01-01', by: '2024-06-30' };

/** The world with a vendor of its own, of whom one thing is certain and another impossible. */
function withConstants(world: RandomWorld): Timeline {
  const vendor = feed('constant', {
    trust: 'first_party',
    covers: ['anthropic'],
    reads: ['2023-12-01', '2024-02-01', '2024-12-31'],
  });
  const model = { ...claude, version: '1' };
  return timeline([...world.feeds, vendor], [...world.sightings, sighting(vendor, { seen: '2024-02-01', model })]);
}

/** The criterion with each open leaf, order or question replaced by what is certain or impossible. */
function refine(criterion: Criterion, node: ExplanationNode, way: () => boolean): Criterion {
  const part = (of: Criterion, index: number): Criterion => {
    const child = node.of[index];
    return child === undefined ? of : refine(of, child, way);
  };
  switch (criterion.op) {
    case 'not':
      return { op: 'not', of: part(criterion.of, 0) };
    case 'all':
    case 'any':
      return { op: criterion.op, of: criterion.of.map(part) };
    default:
      return node.verdict !== 'undetermined' ? criterion : way() ? surely : never;
  }
}
