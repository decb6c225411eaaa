import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import {
  anyFive,
  ask,
  feed,
  outcome,
  polls,
  released,
  sighting,
  type TestSighting,
  timeline,
} from '../../support/timelines.ts';

const facts = { reads: polls('2025-07-01', '2025-10-01') };
const [a, b, c] = [feed('a', facts), feed('b', facts), feed('c', facts)];
const when = '2025-09-20';

const models = {
  plain: { name: 'gpt-5', model: {} },
  mini: { name: 'gpt-5-mini', model: { tier: 'mini' } },
  next: { name: 'gpt-5.1', model: { version: '5.1' } },
  nano: { name: 'gpt-nano', model: { version: null, tier: 'nano' } },
  claude: { name: 'claude-5', model: { vendor: 'anthropic', family: 'claude' } },
} satisfies Record<string, Partial<TestSighting>>;

/** Listed by both catalogues on a day at noon, not at six. */
const out = (name: keyof typeof models, day: string) =>
  [a, b].map((of) => sighting(of, { ...models[name], seen: `2025-${day}T12:00` }));
const lone = (name: keyof typeof models, day: string) => sighting(a, { ...models[name], seen: `2025-${day}T12:00` });
const count = (
  at_least: number,
  more: Parameters<typeof released>[0] = {},
  distinct: 'model' | 'version' = 'model',
  window: { by?: string } = { by: '2025-08-31' },
): Criterion => ({
  ...released({ ...anyFive, ...window, ...more }),
  op: 'count',
  at_least,
  distinct,
});
const settle = (rows: ReturnType<typeof out>, claim: Criterion, feeds = [a, b]) =>
  outcome(ask(claim, timeline(feeds, rows), when));

describe('count', () => {
  const three = [...out('plain', '08-07'), ...out('mini', '08-10'), ...out('next', '08-12')];

  it.each([
    ['as many models as required: the last of them dates it', count(2), three, 'yes 2025-08-10 enough_in_window'],
    ['more than required', count(1), three, 'yes 2025-08-07 enough_in_window'],
    ['exactly as many as required', count(3), three, 'yes 2025-08-12 enough_in_window'],
    ['each version counts once', count(2, {}, 'version'), three, 'yes 2025-08-12 enough_in_window'],
    ['too few versions', count(3, {}, 'version'), three, 'no 2025-08-31 covered_without_it'],
    [
      'a model without a version adds no version',
      count(3, { version: undefined }, 'version'),
      [...three, ...out('nano', '08-14')],
      'no 2025-08-31 covered_without_it',
    ],
    [
      'a model without a version adds a model',
      count(4, { version: undefined }),
      [...three, ...out('nano', '08-14')],
      'yes 2025-08-14 enough_in_window',
    ],
    [
      'models from before the window do not count',
      count(3),
      [...out('plain', '07-20'), ...out('mini', '08-10'), ...out('next', '08-12')],
      'no 2025-08-31 covered_without_it',
    ],
    [
      'nor do models from after it',
      count(3),
      [...out('plain', '08-07'), ...out('mini', '08-10'), ...out('next', '09-02')],
      'no 2025-08-31 covered_without_it',
    ],
    [
      'models seen below the policy keep it open',
      count(2),
      [...out('plain', '08-07'), lone('mini', '08-10')],
      'undetermined below_policy',
    ],
    [
      'unless there are too few even with them',
      count(3),
      [...out('plain', '08-07'), lone('mini', '08-10')],
      'no 2025-08-31 covered_without_it',
    ],
    [
      'one dated across the edge keeps it open',
      count(2),
      [
        ...out('plain', '08-07'),
        sighting(a, { ...models.mini, seen: '2025-08-31T18:00' }),
        sighting(b, { ...models.mini, seen: '2025-09-01T06:00' }),
      ],
      'undetermined straddles_window',
    ],
    ['without a deadline it stays open', count(4, {}, 'model', {}), three, 'undetermined nothing_seen'],
    [
      'a single model released before the window is left to a person',
      count(1, { version: '5', tier: null }),
      out('plain', '07-20'),
      'undetermined already_before_window',
    ],
  ])('%s', (_name, claim, rows, expected) => {
    expect(settle(rows, claim)).toBe(expected);
  });

  it('is disputed if enough other origins were read past the deadline without the models that would suffice', () => {
    const three = [a, b, c].map((of) => sighting(of, { ...models.plain, seen: '2025-08-07' }));
    const answer = ask(count(2), timeline([a, b, c], [...three, lone('mini', '08-10')]), when);
    expect([outcome(answer), answer.leaning?.outcome, answer.contradicted]).toEqual([
      'undetermined contradicted',
      'yes',
      true,
    ]);
  });

  it('the same number in two families is two versions', () => {
    const both = { ...facts, covers: ['openai', 'anthropic'] };
    const [x, y] = [feed('x', both), feed('y', both)];
    const rows = [x, y].flatMap((of) => [
      sighting(of, { ...models.plain, seen: '2025-08-07' }),
      sighting(of, { ...models.claude, seen: '2025-08-09' }),
    ]);
    const claim = count(2, { vendor: 'any', family: 'any' }, 'version');
    expect(ask(claim, timeline([x, y], rows), when).verdict).toBe('yes');
  });

  it('waits for coverage, and names it', () => {
    expect(outcome(ask(count(3), timeline([a, b], out('plain', '08-07')), '2025-08-20'))).toBe(
      'undetermined awaiting_coverage',
    );
    const late = feed('b', { reads: polls('2025-08-08T06:00', '2025-10-01') });
    const later = feed('a', { reads: polls('2025-08-08T06:00', '2025-10-01') });
    expect(outcome(ask(count(3), timeline([later, late], []), when))).toBe('undetermined window_not_covered');
  });

  it('is dated by an interval if one of the models is', () => {
    const vague = [a, b].map((of) => sighting(of, { ...models.mini, seen: '2025-08-20', released: '2025-07-25' }));
    expect(settle([...out('plain', '08-07'), ...out('next', '08-12'), ...vague], count(2))).toMatch(
      /^yes 2025-08-0\d\S*\/2025-08-12T12:00:00Z/,
    );
  });
});
