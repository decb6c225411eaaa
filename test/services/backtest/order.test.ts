import { describe, expect, it } from 'vitest';
import { orderPayloads } from '../../../src/services/backtest/order.ts';

const payload = (feed: string, observedAt: number) => ({
  feed,
  observedAt,
  name: `${feed}-${observedAt}`,
  read: () => new Uint8Array(),
});
const byTime = [1, 2, 3, 4, 5, 6].flatMap((at) => [payload('a', at), payload('b', at), payload('c', at)]);
const names = (order: 'time' | 'feeds' | number): string[] => orderPayloads(byTime, order).map(({ name }) => name);

describe('the order of a replay', () => {
  it('is the given one by time', () => expect(names('time')).toEqual(byTime.map(({ name }) => name)));

  it('is one feed after the other', () => {
    expect(
      orderPayloads(byTime, 'feeds')
        .map(({ feed }) => feed)
        .join(''),
    ).toBe('aaaaaabbbbbbcccccc');
  });

  it('is drawn from a seed, has every payload once, and keeps the order of each feed', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const drawn = orderPayloads(byTime, seed);
      expect(drawn.map(({ name }) => name).toSorted()).toEqual(names('time').toSorted());
      for (const feed of ['a', 'b', 'c']) {
        const times = drawn.filter((one) => one.feed === feed).map(({ observedAt }) => observedAt);
        expect(times).toEqual([1, 2, 3, 4, 5, 6]);
      }
    }
    expect(names(7)).toEqual(names(7));
    expect(names(7)).not.toEqual(names(8));
    expect(names(0)).not.toEqual(names('time'));
  });
});
