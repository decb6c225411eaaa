import { describe, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { inWideTurn, type WidePurpose } from '../../../src/services/settling/wide-turns.ts';

const claimOn = (vendor: string, family: string): { criterion: Criterion } => ({
  criterion: { op: 'not', of: { op: 'released', model: { vendor, family, tier: 'any' } } },
});
const wide = claimOn('any', 'any');
const narrow = claimOn('openai', 'gpt');

/** Starts work that ends only when `end` is called. */
function startWork(purpose: WidePurpose, claims: readonly { criterion: Criterion }[]) {
  let end = (): void => {};
  let started = false;
  const done = inWideTurn(purpose, claims, async () => {
    started = true;
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    return 'done';
  });
  return { isStarted: () => started, end: () => end(), done };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the evaluation of wide claims', () => {
  test('waits for the one before it', async () => {
    const [first, second] = [startWork('checks', [wide]), startWork('checks', [claimOn('openai', 'any')])];
    await settle();
    expect([first.isStarted(), second.isStarted()]).toEqual([true, false]);
    first.end();
    expect(await first.done).toBe('done');
    await settle();
    expect(second.isStarted()).toBe(true);
    second.end();
    await second.done;
  });

  test('delays no claim that names vendor and family, and no wide one of another purpose', async () => {
    const works = [startWork('checks', [wide]), startWork('checks', [narrow]), startWork('reads', [narrow, wide])];
    await settle();
    expect(works.map((work) => work.isStarted())).toEqual([true, true, true]);
    for (const work of works) work.end();
    await Promise.all(works.map((work) => work.done));
  });

  test('goes on after one that failed', async () => {
    const failed = inWideTurn('checks', [wide], () => Promise.reject(new Error('broken')));
    const next = inWideTurn('checks', [wide], async () => 'done');
    await expect(failed).rejects.toThrow('broken');
    expect(await next).toBe('done');
  });
});
