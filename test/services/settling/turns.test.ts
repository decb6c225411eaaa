import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Steps } from '../../../src/domain/steps.ts';
import { restIterations, runInTurns, sliceMsMax } from '../../../src/services/settling/turns.ts';
import { openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** A clock by which every step takes as long as a slice. */
function slowClock(): () => number {
  let at = 0;
  return () => {
    at += sliceMsMax;
    return at;
  };
}
const instantly = (): number => 0;

/** Records its steps by name. */
function* recordSteps(name: string, count: number, ran: string[]): Steps<string> {
  for (let step = 1; step < count; step += 1) {
    ran.push(name);
    yield;
  }
  ran.push(name);
  return name;
}

/** Marks every iteration of the event loop until it is stopped. */
function markIterations(ran: string[]): () => void {
  let running = true;
  const mark = (): void => {
    if (!running) return;
    ran.push('|');
    setImmediate(mark);
  };
  mark();
  return () => {
    running = false;
  };
}

const iterationsBetween = (ran: readonly string[]): number[] =>
  ran
    .join('')
    .replace(/^\|*/, '')
    .replace(/\|*$/, '')
    .split(/[a-z]+/)
    .slice(1, -1)
    .map((marks) => marks.length);

describe('computations in turns', () => {
  test('return their results', async () => {
    const ran: string[] = [];
    expect(
      await Promise.all([
        runInTurns(recordSteps('a', 3, ran), slowClock()),
        runInTurns(recordSteps('b', 1, ran), slowClock()),
      ]),
    ).toEqual(['a', 'b']);
  });

  test('end at once if they fit into a slice', async () => {
    const ran: string[] = [];
    const stop = markIterations(ran);
    await runInTurns(recordSteps('a', 1000, ran), instantly);
    stop();
    expect(ran.slice(1)).toEqual(Array(1000).fill('a'));
  });

  test('otherwise run one slice at a time in turn, with iterations of the event loop in between', async () => {
    const ran: string[] = [];
    const stop = markIterations(ran);
    await Promise.all(['a', 'b', 'c'].map((name, index) => runInTurns(recordSteps(name, 4 - index, ran), slowClock())));
    stop();
    const steps = ran.filter((entry) => entry !== '|').join('');
    expect(steps).toBe('abcabcaba');
    // The first slice of each waits for nothing.
    for (const count of iterationsBetween(ran)) expect(count).toBeGreaterThanOrEqual(restIterations - 1);
  });

  test('inside a transaction wait for no other computation, but let the event loop go on', async () => {
    const ran: string[] = [];
    let done = false;
    function* recordUntilDone(): Steps<void> {
      while (!done) {
        ran.push('o');
        yield;
      }
    }
    const others = Array.from({ length: 10 }, () => runInTurns(recordUntilDone(), slowClock()));
    const stop = markIterations(ran);
    await world.db.begin(() => runInTurns(recordSteps('t', 4, ran), slowClock()));
    done = true;
    await Promise.all(others);
    stop();
    const text = ran.join('');
    const within = text
      .slice(text.indexOf('t'), text.lastIndexOf('t') + 1)
      .split('t')
      .slice(1, -1);
    // Between two slices of the transaction the loop goes on, and at most two of the ten others have their turn.
    for (const between of within) {
      expect(between.replaceAll('o', '').length).toBeGreaterThanOrEqual(restIterations - 1);
      expect(between.replaceAll('|', '').length).toBeLessThanOrEqual(2);
    }
    expect(text).toMatch(/o/);
  });

  test('go on after one that failed', async () => {
    const failing = (function* (): Steps<never> {
      yield;
      throw new Error('broken');
    })();
    const ran: string[] = [];
    const results = await Promise.allSettled([runInTurns(failing), runInTurns(recordSteps('b', 3, ran))]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });
});
