import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import type { ItemVersion } from '../../../src/domain/evidence/timeline.ts';
import { type Instant, parseDate } from '../../../src/domain/instant.ts';
import { ask, at, feed, released, sighting, timeline } from '../../support/timelines.ts';

/**
 * Small worlds in which a publisher withdraws a model, perhaps not permanently, and its own list says so at every read. A
 * model that came back was not retired by that withdrawal; one that was withdrawn again was retired by the last one.
 */

type Status = ItemVersion['lifecycle'];
type Change = { readonly at: Instant; readonly status: Status };

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const start = at('2025-08-01');
const end = at('2025-08-25');
const asked = at('2025-08-28');

const withdrawals = [50, 55, 68, 79, 103, 130].map((hours) => start + hours * hourMs);
const deadlines = ['2025-08-03', '2025-08-05', '2025-08-09', '2025-08-20'];
const gaps = [24, 48, 60];

/** Every life: withdrawn once, back after a time or not, withdrawn again or not. */
function listLives(): Change[][] {
  const lives: Change[][] = [[]];
  for (const gone of withdrawals)
    for (const status of ['retired', 'suspended'] as const) {
      const first: Change = { at: gone, status };
      lives.push([first]);
      for (const [days, back] of [
        [1, undefined],
        [4, undefined],
        [4, 'deprecated'],
      ] as const) {
        const second: Change = { at: gone + days * dayMs, status: back };
        lives.push([first, second], [first, second, { at: second.at + 3 * dayMs, status: 'retired' }]);
      }
    }
  return lives;
}

const statusAt = (life: readonly Change[], moment: Instant): Status =>
  life.findLast((change) => change.at <= moment)?.status;

/** What daily, or less frequent, reads show of a life. */
function readLife(life: readonly Change[], gapHours: number) {
  const reads: Instant[] = [];
  for (let moment = start; moment <= end; moment += gapHours * hourMs) reads.push(moment);
  const vendor = {
    ...feed('vendor', { covers: [], trust: 'first_party', publishes: ['shutdown'], reads }),
    ends: 'by_status' as const,
  };
  const seen = reads.map((moment) => ({ at: moment, lifecycle: statusAt(life, moment) }));
  const edits = seen.filter(({ lifecycle }, index) => index > 0 && lifecycle !== seen[index - 1]?.lifecycle);
  const stated = edits.map(({ at: moment, lifecycle }) => ({
    at: moment,
    ...(lifecycle === undefined ? {} : { lifecycle }),
  }));
  return timeline([vendor], [sighting(vendor, { seen: start, absent: null, edits: stated })]);
}

/** When the model was retired for good; null if it was not. */
function retiredAt(life: readonly Change[]): Instant | null {
  const last = life.at(-1);
  return last?.status === 'retired' ? last.at : null;
}

const claimBy = (by: string): Criterion => ({ ...released({ from: '2025-07-29', by }), op: 'retired' });

describe('the engine in every small world of withdrawals and returns', () => {
  const lives = listLives();

  it.each(gaps)('never calls a model retired that came back, nor misses the day, by reads %i hours apart', (gap) => {
    const wrong: string[] = [];
    for (const life of lives)
      for (const by of deadlines) {
        const { verdict, effectiveAt } = ask(claimBy(by), readLife(life, gap), asked);
        const truth = retiredAt(life);
        const deadline = parseDate(by)?.interval.to ?? 0;
        const isTrue = truth !== null && truth < deadline;
        const interval = effectiveAt === null ? null : parseInterval(effectiveAt);
        const story = `${verdict} ${effectiveAt} by ${by}: ${JSON.stringify(life)}`;
        if (verdict === 'yes' ? !isTrue : verdict === 'no' && isTrue) wrong.push(story);
        if (
          verdict === 'yes' &&
          truth !== null &&
          !(interval !== null && interval.from <= truth && truth < interval.to)
        )
          wrong.push(`misdated: ${story}`);
      }
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  it('decides each withdrawal for good that was known well before its deadline', () => {
    const open = lives
      .filter((life) => retiredAt(life) !== null)
      .filter((life) => ask(claimBy('2025-08-20'), readLife(life, 24), asked).verdict !== 'yes');
    expect(open).toEqual([]);
  });

  it('leaves a model that came back to a person', () => {
    const back = lives.filter((life) => life[0]?.status === 'retired' && life.length === 2);
    const reasons = back.map((life) => ask(claimBy('2025-08-20'), readLife(life, 24), asked).explanation.reason);
    expect(new Set(reasons)).toEqual(new Set(['reinstated']));
  });
});

/** The bounds of a day or an interval as answers write it. */
function parseInterval(text: string): { from: Instant; to: Instant } {
  const [from = '', to = from] = text.split('/');
  return { from: parseDate(from)?.interval.from ?? 0, to: parseDate(to)?.interval.to ?? 0 };
}
