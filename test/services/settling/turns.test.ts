import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Steps } from '../../../src/domain/steps.ts';
import { runInTurns } from '../../../src/services/settling/turns.ts';
import { openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** Records in which iteration of the event loop each step ran. */
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

describe('computations in turns', () => {
  test('return their results', async () => {
    const ran: string[] = [];
    expect(await Promise.all([runInTurns(recordSteps('a', 3, ran)), runInTurns(recordSteps('b', 1, ran))])).toEqual([
      'a',
      'b',
    ]);
  });

  test('run one step in an iteration of the event loop, and take turns', async () => {
    const ran: string[] = [];
    const stop = markIterations(ran);
    await Promise.all(['a', 'b', 'c'].map((name, index) => runInTurns(recordSteps(name, 4 - index, ran))));
    stop();
    expect(ran.filter((entry) => entry !== '|').join('')).toBe('abcabcaba');
    expect(ran.join('')).not.toMatch(/[abc]{2}/);
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
    const others = Array.from({ length: 10 }, () => runInTurns(recordUntilDone()));
    await world.db.begin(() => runInTurns(recordSteps('t', 4, ran)));
    done = true;
    await Promise.all(others);
    // An iteration of the event loop has one step of the transaction, and one step of one of the others.
    expect(ran.join('')).toMatch(/to+to+to+t/);
    expect(ran.join('')).not.toMatch(/to{3,}t/);
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
