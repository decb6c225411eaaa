import { describe, expect, it } from 'vitest';
import { assessPoll, confirmAfterMs, gapMs, keysByVendor, type SuspectSlice } from '../../../src/domain/feeds/poll.ts';

const now = Date.UTC(2025, 7, 7);

/** `count` items from `start` on, of one vendor or of none. */
function items(count: number, vendor: string | null = null, start = 0): [string, string | null][] {
  return Array.from({ length: count }, (_, index) => [`${vendor ?? 'x'}-${start + index}`, vendor]);
}

function assess(
  before: [string, string | null][],
  listed: [string, string | null][],
  more: { hoursAgo?: number; gap?: number; suspects?: SuspectSlice[] } = {},
) {
  const observedAt = now - (more.gap ?? (more.hoursAgo ?? 6) * 3_600_000);
  return assessPoll(
    { listed: new Map(listed), observedAt: now },
    { listed: new Map(before), observedAt },
    more.suspects ?? [],
  );
}

const suspect = (keys: [string, string | null][], agoMs: number, vendor: string | null = null): SuspectSlice => ({
  vendor,
  observedAt: now - agoMs,
  keys: new Set(keys.map(([key]) => key)),
});

describe('a poll', () => {
  it('without items is suspect, even the first one', () => {
    expect(assess(items(10), []).kind).toBe('suspect');
    expect(assessPoll({ listed: new Map(), observedAt: now }, { listed: new Map(), observedAt: null }, []).kind).toBe(
      'suspect',
    );
  });

  it('without items is never accepted, however often that repeats', () => {
    const suspects = [1, 2, 3].map((days) => suspect([], days * 86_400_000));
    expect(assess(items(10), [], { suspects }).kind).toBe('suspect');
  });

  it('is accepted if it is the first one', () => {
    expect(
      assessPoll({ listed: new Map(items(3)), observedAt: now }, { listed: new Map(), observedAt: null }, []),
    ).toEqual({ kind: 'accepted', frozenVendors: [], confirmed: false });
  });

  it.each([
    ['nothing lost', 100, 0, 6, 'accepted'],
    ['30 % lost', 100, 30, 6, 'accepted'],
    ['31 % lost', 100, 31, 6, 'suspect'],
    ['slightly more than 30 % lost', 1000, 301, 6, 'suspect'],
    ['30 % lost after 48 hours', 100, 30, 48, 'accepted'],
    ['31 % lost after 48 hours', 100, 31, 48, 'suspect'],
    ['31 % lost after a longer gap', 100, 31, 49, 'accepted'],
    ['90 % lost after a longer gap', 100, 90, 49, 'accepted'],
    ['91 % lost after a longer gap', 100, 91, 49, 'suspect'],
  ])('with %s', (_name, total, lost, hoursAgo, kind) => {
    expect(assess(items(total), items(total - lost, null, lost), { hoursAgo }).kind).toBe(kind);
  });

  it('has its gap measured to the millisecond', () => {
    expect(assess(items(100), items(50), { gap: gapMs }).kind).toBe('suspect');
    expect(assess(items(100), items(50), { gap: gapMs + 1 }).kind).toBe('accepted');
  });

  it('counts lost items, however many new ones there are', () => {
    expect(assess(items(10), [...items(6, null, 4), ...items(100, null, 500)]).kind).toBe('suspect');
  });

  it.each([
    ['a first read of junk, then known names', [442, 0], [0, 12], 'accepted'],
    ['a first read with a few known names among junk', [442, 4], [0, 12], 'accepted'],
    ['known names, then junk', [0, 12], [442, 0], 'suspect'],
    ['known and unknown names lost together', [50, 50], [10, 10], 'suspect'],
    ['only unknown names, half of them lost', [100, 0], [50, 0], 'suspect'],
  ])('counts the loss over known names if that is smaller: %s', (_name, [junk, good], [junkNow, goodNow], kind) => {
    const poll = (junkCount = 0, known = 0) => {
      const knownItems = items(known, 'xai');
      return {
        listed: new Map([...items(junkCount, null), ...knownItems]),
        known: new Set(knownItems.map(([key]) => key)),
      };
    };
    const before = { ...poll(junk, good), observedAt: now - 6 * 3_600_000 };
    expect(assessPoll({ ...poll(junkNow, goodNow), observedAt: now }, before, []).kind).toBe(kind);
  });

  it('confirms a suspect listing that it repeats with new items, but not with returning items', () => {
    const left = items(10, null, 90);
    const suspects = [suspect(left, confirmAfterMs)];
    expect(assess(items(100), [...left, ...items(20, null, 500)], { suspects }).kind).toBe('accepted');
    expect(assess(items(100), [...left, ...items(20)], { suspects }).kind).toBe('suspect');
  });

  it('reports the share of lost items', () => {
    expect(assess(items(100), items(50))).toEqual({
      kind: 'suspect',
      reason: "50 % of the last accepted poll's 100 items are missing (limit: 30 %)",
    });
  });
});

describe('the rows of one vendor', () => {
  const rest = items(100);
  const frozen = (before: number, after: number) => {
    const assessment = assess([...rest, ...items(before, 'xai')], [...rest, ...items(after, 'xai')]);
    return assessment.kind === 'accepted' ? assessment.frozenVendors : assessment.kind;
  };

  it.each([
    [5, 3, ['xai']],
    [5, 4, []],
    [4, 0, []],
    [10, 7, []],
    [10, 6, ['xai']],
    [5, 0, ['xai']],
  ])('with %i items of which %i are left', (before, after, vendors) => {
    expect(frozen(before, after)).toEqual(vendors);
  });

  it('freeze alone, while the rest of the poll is accepted', () => {
    const before = [...rest, ...items(10, 'xai'), ...items(10, 'google')];
    expect(assess(before, [...rest, ...items(4, 'xai'), ...items(10, 'google')])).toEqual({
      kind: 'accepted',
      frozenVendors: ['xai'],
      confirmed: false,
    });
  });

  it('are accepted once a poll 24 hours later agrees', () => {
    const before = [...rest, ...items(10, 'xai')];
    const slice = items(4, 'xai');
    const frozenAfter = (agoMs: number) => {
      const assessment = assess(before, [...rest, ...slice], { suspects: [suspect(slice, agoMs, 'xai')] });
      return assessment.kind === 'accepted' ? assessment.frozenVendors : null;
    };
    expect(frozenAfter(confirmAfterMs - 1)).toEqual(['xai']);
    expect(frozenAfter(confirmAfterMs)).toEqual([]);
  });

  it('stay frozen if they are empty, however often that repeats', () => {
    const assessment = assess([...rest, ...items(10, 'xai')], rest, {
      suspects: [suspect([], 5 * confirmAfterMs, 'xai')],
    });
    expect(assessment).toMatchObject({ frozenVendors: ['xai'] });
  });

  it("are not confirmed by another vendor's", () => {
    const slice = items(4, 'xai');
    const assessment = assess([...rest, ...items(10, 'xai')], [...rest, ...slice], {
      suspects: [suspect(slice, confirmAfterMs, 'google')],
    });
    expect(assessment).toMatchObject({ frozenVendors: ['xai'] });
  });

  it('include only items of a known vendor', () => {
    expect(
      [...keysByVendor(new Map([...items(2), ...items(3, 'xai')]))].map(([vendor, keys]) => [vendor, keys.size]),
    ).toEqual([['xai', 3]]);
  });
});

describe('a suspect listing', () => {
  const before = items(100);
  const half = items(50);

  it.each([
    ['24 hours later', confirmAfterMs, 'accepted'],
    ['a millisecond earlier', confirmAfterMs - 1, 'suspect'],
  ])('is accepted when the same payload comes %s', (_name, ago, kind) => {
    expect(assess(before, half, { suspects: [suspect(half, ago)] }).kind).toBe(kind);
  });

  it.each([
    ['in 90 %', 5, 'accepted'],
    ['in less', 6, 'suspect'],
  ])('is accepted when a later poll agrees %s', (_name, added, kind) => {
    // Of the larger of the two: 45 shared of 50 are 90 %.
    const other = [...items(50 - added), ...items(added, null, 900)];
    expect(assess(before, other, { suspects: [suspect(half, confirmAfterMs)] }).kind).toBe(kind);
  });

  it('is reported as confirmed', () => {
    expect(assess(before, half, { suspects: [suspect(half, confirmAfterMs)] })).toEqual({
      kind: 'accepted',
      frozenVendors: [],
      confirmed: true,
    });
  });

  it('of one vendor does not confirm the whole poll', () => {
    expect(assess(before, half, { suspects: [suspect(half, confirmAfterMs, 'xai')] }).kind).toBe('suspect');
  });
});
