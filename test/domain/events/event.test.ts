import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { eventBytesMax, eventText } from '../../../src/domain/events/event.ts';
import {
  eventEvidenceMax,
  leaningData,
  predictionData,
  resolutionData,
} from '../../../src/domain/events/event-data.ts';
import { clipText } from '../../../src/domain/events/event-fields.ts';
import { unreadNameData } from '../../../src/domain/events/name-event.ts';
import { changesData, editedFields, erratumData } from '../../../src/domain/events/words-event.ts';
import { modelIdCharactersMax } from '../../../src/domain/identity/parse.ts';

const body = (data: Record<string, unknown>, sequence = Number.MAX_SAFE_INTEGER): string => {
  const { head, tail } = eventText('prediction.resolved', Date.UTC(2026, 0, 15, 12), data);
  return `${head}${sequence}${tail}`;
};

describe('the body of an event', () => {
  it('is a Standard Webhooks payload with its sequence number first in the data', () => {
    expect(body({ prediction: { id: 'pred_1' } }, 7)).toBe(
      '{"type":"prediction.resolved","timestamp":"2026-01-15T12:00:00Z","data":{"sequence":7,"prediction":{"id":"pred_1"}}}',
    );
    expect(JSON.parse(body({}, 7))).toEqual({
      type: 'prediction.resolved',
      timestamp: '2026-01-15T12:00:00Z',
      data: { sequence: 7 },
    });
  });

  it(`has at most ${eventBytesMax} bytes, whatever the input`, () => {
    const longest = fc.constantFrom('\u0001', '"', '\\', '€', '\u{1f600}', 'x');
    fc.assert(
      fc.property(longest, (unit) => {
        const long = unit.repeat(4000);
        const resolution = {
          id: 'i'.repeat(128),
          outcome: 'ambiguous' as const,
          effectiveAt: '2'.repeat(80),
          knownAt: 0,
          decidedAt: 0,
          decidedBy: 'd'.repeat(200),
          reasonCode: 'criterion_defective',
          reason: long,
          evidence: Array.from({ length: 100 }, () => 'o'.repeat(128)),
          missChance: 0.123456789,
          supersedes: 'i'.repeat(128),
        };
        const text = body({
          prediction: predictionData({ id: 'p'.repeat(128), slug: 's'.repeat(100), statement: long }),
          resolution: resolutionData(resolution),
          superseded: resolutionData(resolution),
          leaning: leaningData({ outcome: 'yes', reason: 'short', text: long }),
        });
        const values = { before: long, after: Array.from({ length: 50 }, () => unit.repeat(50)) };
        const words = body({
          prediction: predictionData({ id: 'p'.repeat(128), slug: 's'.repeat(100), statement: long }),
          changes: changesData(editedFields.map((field) => ({ field, ...values }))),
          erratum: erratumData({ id: 'i'.repeat(128), text: long, reason: long, recordedAt: 0 }),
        });
        expect(Buffer.byteLength(words)).toBeLessThanOrEqual(eventBytesMax);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(eventBytesMax);
        expect(JSON.parse(text).data.resolution).toMatchObject({ evidence_count: 100 });
        expect(JSON.parse(text).data.resolution.evidence).toHaveLength(eventEvidenceMax);
      }),
    );
  });
});

test('the body of an event about a name is bounded too, whatever a feed lists', () => {
  const name = '\u0001'.repeat(modelIdCharactersMax);
  const known = { vendor: 'v'.repeat(64), family: 'f'.repeat(64), version: name, tiers: [], unknown: [...name] };
  const data = unreadNameData({
    name,
    partial: { outcome: 'partial', reason: 'unrecognised', name, ...known, own: true, host: null },
    feed: { id: 'f'.repeat(128), slug: 's'.repeat(100) },
    observation: { id: 'o'.repeat(128), itemKey: name.repeat(100), observedAt: 0 },
    predictions: Array.from({ length: 1000 }, () => 'p'.repeat(128)),
    furtherNames: Number.MAX_SAFE_INTEGER,
  });
  expect(Buffer.byteLength(body(data))).toBeLessThanOrEqual(eventBytesMax);
  expect(data.predictions).toMatchObject({ count: 1000, ids: { length: 20 } });
});

test('a text is cut between characters, and only if it is too long', () => {
  expect(clipText('short', 5)).toBe('short');
  expect(clipText('longer', 5)).toBe('lo…');
  expect(clipText('\u{1f600}\u{1f600}', 7)).toBe('\u{1f600}…');
  expect(clipText('\u0001\u0001', 10)).toBe('\u0001…');
});
