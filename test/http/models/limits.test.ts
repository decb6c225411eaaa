import { describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../../src/domain/criterion/policy.ts';
import type { Sighting } from '../../../src/domain/evidence/timeline.ts';
import { listAttributes, valuesPerAttributeMax } from '../../../src/domain/models/attributes.ts';
import { recordModel } from '../../../src/domain/models/record.ts';
import { listStages, stageReached } from '../../../src/domain/models/stages.ts';
import { sourcesPerFactMax } from '../../../src/http/models/facts-json.ts';
import { modelToJson, witnessRowsMax } from '../../../src/http/models/json.ts';
import { datesPerRowMax } from '../../../src/http/models/witness-json.ts';
import type { ModelView } from '../../../src/services/models/models.ts';
import { at, feed, polls, sighting, timeline } from '../../support/timelines.ts';

const many = Array.from({ length: witnessRowsMax + 5 }, (_, index) => index);
const feeds = many.map((index) => feed(`f${index}`, { reads: polls('2025-07-01', '2025-09-30', 24) }));
const day = (index: number): string => new Date(at('2025-08-01') + index * 86_400_000).toISOString().slice(0, 10);

/** One model in very many feeds, each with a price of its own; the first edits its date day by day. */
const rows: Sighting[] = feeds.map((one, index) => {
  const edits =
    index === 0 ? many.slice(1, datesPerRowMax + 5).map((edit) => ({ at: day(edit), released: day(edit) })) : [];
  const row = sighting(one, { seen: '2025-08-01', released: day(0), edits });
  const versions = row.versions.map((version) => ({
    ...version,
    attributes: { context_tokens: 1000, input_usd_per_mtok: index },
    shutdown: '2026-01-01',
  }));
  return { ...row, versions };
});

function viewOf(): ModelView {
  const world = timeline(feeds, rows);
  const ask = { at: at('2025-09-29'), policy: defaultPolicy };
  const record = recordModel(world, rows, ask);
  if (record === null) throw new Error('nothing lists it');
  const stages = listStages(world, rows, ask);
  return {
    at: ask.at,
    slug: 'gpt-5',
    record,
    release: record.release,
    stage: stageReached(stages),
    stages,
    attributes: listAttributes(world, rows, ask),
    ends: [],
    establishedAt: null,
    predictions: [],
    morePredictions: false,
  };
}

describe('the page of a model that very many feeds list', () => {
  const json = modelToJson(viewOf(), null);

  test('is bounded, and gives the totals', () => {
    expect(json.witnesses).toHaveLength(witnessRowsMax);
    expect(json.witnesses_total).toBe(witnessRowsMax + 5);
  });

  test('names the first sources of an attribute, and some of its values', () => {
    expect(json.stages[0]?.said_by).toHaveLength(sourcesPerFactMax);
    expect(json.retirement?.stated).toHaveLength(sourcesPerFactMax);
    const tokens = json.attributes.filter((fact) => fact.name === 'context_tokens');
    expect(tokens.map((fact) => fact.said_by.length)).toEqual([sourcesPerFactMax]);
    const prices = json.attributes.filter((fact) => fact.name === 'input_usd_per_mtok');
    expect(prices).toHaveLength(valuesPerAttributeMax);
  });

  test('keeps the latest of the dates that a row stated', () => {
    const dates = json.witnesses[0]?.dates ?? [];
    expect(dates).toHaveLength(datesPerRowMax);
    expect(dates.at(-1)?.text).toBe(day(datesPerRowMax + 4));
  });
});
