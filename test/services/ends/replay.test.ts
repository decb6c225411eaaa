import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { endHost, endId } from '../../../src/domain/ends/end-id.ts';
import { parseModelId } from '../../../src/domain/identity/parse.ts';
import { listEnds } from '../../../src/services/ends/ends.ts';
import { endFeeds } from '../../support/end-history.ts';
import type { Json } from '../../support/http-client.ts';
import { readAt } from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

/** The dates that LiteLLM's price map stated over 18 months, as published. */

const fixture = z
  .object({ times: z.array(z.string()), rows: z.record(z.string(), z.array(z.string().nullable())) })
  .parse(JSON.parse(readFileSync(new URL('../../fixtures/ends/litellm-dates.json', import.meta.url), 'utf8')));

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.reset({ now: '2025-01-01', feeds: endFeeds });
});
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

/** The payload at a moment: the rows that state a date now or later, among others. */
function payloadAt(time: number): object {
  const others = Object.fromEntries(
    ['gpt-4.1', 'gpt-4o', 'claude-opus-4-1'].map((id) => [id, { litellm_provider: 'openai', mode: 'chat' }]),
  );
  const rows = Object.entries(fixture.rows).flatMap(([id, [host, ...dates]]) => {
    const date = dates[time];
    if (date === null || date === undefined) return [];
    return [[id, { litellm_provider: host, mode: 'chat', ...(date !== '' && { deprecation_date: date }) }] as const];
  });
  return { ...others, ...Object.fromEntries(rows) };
}

/** Every change of a date that a row had already stated: `id: before > after`. */
function movesInPayloads(): string[] {
  return Object.entries(fixture.rows).flatMap(([name, [, ...dates]]) => {
    const stated = dates.filter((date) => date !== null && date !== '');
    return stated
      .slice(1)
      .flatMap((date, index) =>
        date === stated[index] ? [] : [`${endId(world.deps.identity, name)}: ${stated[index]} > ${date}`],
      );
  });
}

test('every date that moved was seen and announced, and no id is said to have ended', async () => {
  for (const [index, time] of fixture.times.entries()) await readAt(world, time, { litellm: payloadAt(index) });
  const events = await world.db.sql<{ type: string; body: string }[]>`
    select type, body from events where type like 'model.end%' order by sequence`;
  const announced = events.map(({ body }) => {
    const { end, moved_from: from }: Json = JSON.parse(body).data;
    return `${end.id}: ${from.date} > ${end.date ?? 'none'}`;
  });
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['model.end_moved']));
  const moves = movesInPayloads();
  expect(moves).toHaveLength(8);
  expect(announced.sort()).toEqual([...moves, 'claude-3-haiku-20240307: 2025-03-01 > none'].sort());
});

test('the last date of every row is in the list, under its id and host', async () => {
  const ends = await listEnds(world.deps, { state: 'all' }, { after: null, asOf: null, limit: 1000 });
  const sources = ends.flatMap((end) =>
    end.sources.map(({ name, text }) => `${end.id} ${end.host ?? ''} ${name} ${text}`),
  );
  const { identity } = world.deps;
  const rows = Object.entries(fixture.rows).flatMap(([name, [host = null, ...dates]]) => {
    const date = dates.findLast((one) => one !== null);
    const read = parseModelId(identity, name, { feed: 'litellm', host });
    return date === '' || read.outcome !== 'model'
      ? []
      : [{ name, id: endId(identity, name), host: endHost(host ?? ''), date }];
  });
  const missing = rows.filter(
    ({ name, id, host, date }) =>
      !sources.includes(`${id} ${host} ${name} ${date}`) && !sources.includes(`${id}  ${name} ${date}`),
  );
  expect(missing.map(({ name }) => name)).toEqual([]);
  // The others are rolling aliases, and models that others trained.
  expect([rows.length, Object.keys(fixture.rows).length]).toEqual([111, 136]);
  expect(ends.filter(({ endedAt }) => endedAt !== null)).toEqual([]);
});
