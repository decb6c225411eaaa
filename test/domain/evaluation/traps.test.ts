import { describe, expect, it } from 'vitest';
import { anyFive, ask, at, feed, outcome, polls, released, sighting, timeline } from '../../support/timelines.ts';

/** Mistakes of laxer rules on real payloads, each reduced to a minimal case. */

const reads = polls('2024-10-01', '2026-06-01', 24);
const catalogue = feed('catalogue', { reads, covers: ['openai', 'google', 'anthropic', 'xai', 'deepseek'] });
const prices = feed('prices', {
  reads,
  trust: 'aggregator',
  covers: ['openai', 'google', 'anthropic', 'xai', 'deepseek'],
});
const both = [catalogue, prices];
const now = '2026-05-20';

describe("a plausible date in the vendor's own row", () => {
  const listed = (name: string, date: string, seen: string, model: object) => [
    sighting(catalogue, { name, seen, released: date, model }),
    sighting(prices, { name, seen, model }),
  ];

  it('can be the announcement: o3-mini, announced 2024-12-20, released 2025-01-31', () => {
    const model = { family: 'o', version: '3', tier: 'mini' };
    const world = timeline(both, listed('o3-mini', '2024-12-20', '2025-02-01', model));
    const o3mini = { family: 'o', version: '3', tier: ['mini'] };
    expect(ask(released({ ...o3mini, by: '2025-01-30' }), world, now, { made: '2024-12-01' }).verdict).not.toBe('yes');
    expect(ask(released({ ...o3mini, by: '2025-12-31' }), world, now, { made: '2025-01-01' }).verdict).not.toBe('no');
  });

  it('can be a typo: gpt-4.5-preview, 2025-02-01 for 2025-02-27', () => {
    const model = { version: '4.5' };
    const world = timeline(both, listed('gpt-4.5-preview', '2025-02-01', '2025-02-28', model));
    expect(ask(released({ version: '4.5', by: '2025-02-26' }), world, now, { made: '2025-01-01' }).verdict).not.toBe(
      'yes',
    );
  });

  it('can be the date in the id: claude-3-7-sonnet-20250219, released 2025-02-24', () => {
    const model = { vendor: 'anthropic', family: 'claude', version: '3.7', tier: 'sonnet' };
    // A gap of polls around it, so that the date lies inside the bracket.
    const gappy = both.map((one) => ({
      ...one,
      reads: one.reads.filter((read) => read < at('2025-02-15') || read > at('2025-02-24')),
    }));
    const rows = gappy.map((one) =>
      sighting(one, {
        name: 'claude-3-7-sonnet-20250219',
        seen: '2025-02-25',
        model,
        ...(one.slug === 'catalogue' && { released: '2025-02-19' }),
      }),
    );
    const sonnet = { vendor: 'anthropic', family: 'claude', version: '3.7', tier: ['sonnet'] };
    const world = timeline(gappy, rows);
    expect(outcome(ask(released({ ...sonnet, by: '2025-02-23' }), world, now, { made: '2025-01-01' }))).toBe(
      'undetermined straddles_window',
    );
    expect(ask(released({ ...sonnet, by: '2025-02-28' }), world, now, { made: '2025-01-01' }).verdict).toBe('yes');
  });

  it('can be that of the first preview: gemini-2.5-pro, 2025-03-20, generally available 2025-06-17', () => {
    const model = { vendor: 'google', family: 'gemini', version: '2.5', tier: 'pro' };
    const preview = both.map((one) =>
      sighting(one, { name: 'gemini-2.5-pro-preview', seen: '2025-03-26', stage: 'preview', model }),
    );
    const world = timeline(both, [...preview, ...listed('gemini-2.5-pro', '2025-03-20', '2025-06-18', model)]);
    const ga = { vendor: 'google', family: 'gemini', version: '2.5', tier: ['pro'], stage: 'ga' as const };
    expect(ask(released({ ...ga, by: '2025-06-16' }), world, now, { made: '2025-03-01' }).verdict).not.toBe('yes');
    expect(ask(released({ ...ga, by: '2025-06-30' }), world, now, { made: '2025-03-01' }).verdict).toBe('yes');
  });
});

it('hosts drop "-preview" from names: gemini-3-pro on two hosts is not general availability', () => {
  const model = { vendor: 'google', family: 'gemini', version: '3', tier: 'pro' };
  const rows = both.flatMap((one) =>
    ['replicate', 'poe'].map((host) => sighting(one, { name: 'gemini-3-pro', host, seen: '2025-11-20', model })),
  );
  const claim = released({
    vendor: 'google',
    family: 'gemini',
    version: '3',
    tier: ['pro'],
    stage: 'ga',
    by: '2025-12-31',
  });
  expect(ask(claim, timeline(both, rows), now, { made: '2025-11-01' }).verdict).not.toBe('yes');
});

it("a version without its dot settles nothing: claude-opus-41 as 41 would be a single host's row", () => {
  const model = { vendor: 'anthropic', family: 'claude', version: '41', tier: 'opus' };
  const row = sighting(prices, { name: 'claude-opus-41', host: 'github_copilot', seen: '2025-08-10', model });
  const claim = released({
    vendor: 'anthropic',
    family: 'claude',
    version: { gte: '5' },
    tier: 'any',
    by: '2025-12-31',
  });
  expect(ask(claim, timeline(both, [row]), now, { made: '2025-08-01' }).verdict).not.toBe('yes');
});

describe('a model that was released before the claim was made', () => {
  it('is not a NO: gpt-5, claimed the day after', () => {
    const rows = both.map((one) => sighting(one, { seen: '2025-08-07' }));
    expect(outcome(ask(released({ by: '2025-12-31' }), timeline(both, rows), now, { made: '2025-08-08' }))).toBe(
      'undetermined already_before_window',
    );
  });

  it('is not a NO if only one catalogue still lists it: claude-3-opus', () => {
    const model = { vendor: 'anthropic', family: 'claude', version: '3', tier: 'opus' };
    const row = sighting(prices, { name: 'claude-3-opus', seen: '2024-10-01', absent: null, model });
    const claim = released({ vendor: 'anthropic', family: 'claude', version: '3', tier: ['opus'], by: '2025-12-31' });
    const answer = ask(claim, timeline(both, [row]), now, { made: '2025-06-01' });
    expect(answer.verdict).toBe('undetermined');
    expect(answer.leaning).toMatchObject({ outcome: null });
  });
});

it('feeds that began late prove no absence: gpt-4.5 was released and removed before they were first read', () => {
  const late = both.map((one) => ({ ...one, reads: polls('2025-08-01', '2026-06-01', 24) }));
  const claim = released({ version: '4.5', by: '2025-12-31' });
  expect(outcome(ask(claim, timeline(late, []), now, { made: '2025-01-01' }))).toBe('undetermined window_not_covered');
});

describe('rows added retroactively', () => {
  const model = { vendor: 'anthropic', family: 'claude', version: '4', tier: 'opus' };
  const claim = released({ vendor: 'anthropic', family: 'claude', version: '4', tier: ['opus'], by: '2025-06-30' });
  const first = both.map((one) => sighting(one, { name: 'claude-opus-4-20250514', seen: '2025-05-23', model }));

  it('do not reopen what was settled', () => {
    const filled = both.map((one) =>
      sighting(one, { name: 'claude-opus-4-0', seen: '2025-11-29', released: '2025-05-22', model }),
    );
    const before = ask(claim, timeline(both, first), now, { made: '2025-05-01' });
    const after = ask(claim, timeline(both, [...first, ...filled]), now, { made: '2025-05-01' });
    expect(before.verdict).toBe('yes');
    expect(after).toMatchObject({ verdict: 'yes', effectiveAt: '2025-05-22' });
  });

  it('by hosts alone leave the bracket open', () => {
    const oss = { family: 'gpt-oss', version: null, tier: '120b' };
    const rows = both.map((one) =>
      sighting(one, { name: 'gpt-oss-120b', host: 'groq', seen: '2025-08-06', model: oss }),
    );
    const answer = ask(
      { op: 'released', model: { vendor: 'openai', family: 'gpt-oss', tier: ['120b'] }, by: '2025-08-31' },
      timeline(both, rows),
      now,
      { made: '2025-07-01' },
    );
    expect(answer).toMatchObject({ verdict: 'yes', effectiveAt: '2025-08-05/2025-08-06T00:00:00Z' });
  });
});

it('decimal versions are not sequences of numbers: grok-4.20 is not grok 4.4 or later', () => {
  const model = { vendor: 'xai', family: 'grok', version: '4.20' };
  const rows = both.map((one) => sighting(one, { name: 'grok-4.20', seen: '2026-03-01', model }));
  const claim = released({ ...anyFive, vendor: 'xai', family: 'grok', version: { gte: '4.4' }, by: '2026-05-01' });
  expect(outcome(ask(claim, timeline(both, rows), now, { made: '2026-02-01' }))).toBe(
    'no 2026-05-01 covered_without_it',
  );
});
