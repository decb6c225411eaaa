import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dayMs } from '../../../src/domain/instant.ts';
import { exportFormat, exportLineBytesMax } from '../../../src/domain/transfer/format.ts';
import { getEventHead, listEvents } from '../../../src/services/events/event-log.ts';
import { withCurrentIdentity } from '../../../src/services/identity/identity.ts';
import { resolveDue } from '../../../src/services/settling/resolver.ts';
import { exportChunkBytes, exportRecords } from '../../../src/services/transfer/export.ts';
import { importRecord } from '../../../src/services/transfer/import.ts';
import type { Database } from '../../../src/store/db.ts';
import { recordTables } from '../../../src/store/record-tables.ts';
import { openTestDatabase } from '../../support/database.ts';
import { findCountDifferences } from '../../support/kept-counts.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { misreported, readAt, record, resolutions } from '../../support/play.ts';
import { openReceiver, type Receiver } from '../../support/receiver.ts';
import { exported, fillRecord, imported } from '../../support/rich-record.ts';
import { deliveriesOf } from '../../support/webhooks.ts';
import { openWorld, type World } from '../../support/world.ts';

let world: World;
let receiver: Receiver;
let copy: Database;
let text: string;
beforeAll(async () => {
  world = await openWorld();
  receiver = await openReceiver();
  await fillRecord(world, receiver);
  text = await exported(world.db);
  copy = await openTestDatabase();
});
afterAll(async () => {
  await receiver.close();
  await copy.close();
  await world.close();
});

const lines = (): string[] => text.trimEnd().split('\n');
const into = (db: Database) => ({ db, webhooks: world.deps.webhooks });

test('an export starts with a header, contains rows of every table, and ends with a footer', () => {
  const [header, ...rest] = lines().map((line) => JSON.parse(line));
  expect(header).toMatchObject({ format: exportFormat, program: '0.0.0', migration: { version: expect.any(Number) } });
  expect(Object.keys(header.rows)).toEqual(recordTables);
  expect(Object.entries(header.rows).filter(([, count]) => count === 0)).toEqual([]);
  expect(rest.at(-1)).toMatchObject({ end: exportFormat, rows: rest.length - 1 });
  expect(rest.slice(0, -1).map((line) => line.table)).toEqual(
    Object.entries<number>(header.rows).flatMap(([table, count]) => Array(count).fill(table)),
  );
});

test('an import into an empty database exports the same bytes, and a second import is rejected', async () => {
  const rows = lines().length - 2;
  expect(await imported(into(copy), text, 1000)).toEqual({ rows, unreadableSecrets: 0 });
  const again = await exported(copy);
  expect(again === text, 'the second export differs').toBe(true);
  expect(await findCountDifferences({ db: copy })).toEqual([]);
  await expect(imported(into(copy), text)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/not empty \(settings has rows\).*DATABASE_URL/),
  });
});

test('in the imported copy the service continues: it polls, settles, orders events and notifies subscribers', async () => {
  const there: World = { ...world, db: copy, deps: await withCurrentIdentity({ ...world.deps, db: copy }) };
  const last = (await getEventHead(there.deps)).position;
  expect(last).toBe((await getEventHead(world.deps)).position);
  const before = await deliveriesOf(there);
  await record(there, 'in-the-copy', gptReleased('6'));
  const at = (days: number): string => new Date(world.clock.now() + days * dayMs).toISOString();
  const listing = [...oldModels, 'gpt-6'];
  await readAt(there, at(1), { litellm: litellm(oldModels), 'models-dev': modelsDev(oldModels) });
  await readAt(there, at(2), { litellm: litellm(listing), 'models-dev': modelsDev(listing) });
  await readAt(there, at(4), { litellm: litellm(listing), 'models-dev': modelsDev(listing) });
  await resolveDue(there.deps);
  expect(await resolutions(there, 'in-the-copy')).toEqual([expect.stringMatching(/^yes .* by resolver$/)]);
  const events = await listEvents(
    there.deps,
    { types: null, prediction: null, watch: null },
    { after: last, limit: 100 },
  );
  expect(events.map((event) => event.position)).toEqual(events.map((_event, index) => last + 1 + index));
  expect(events.map((event) => event.type)).toContain('prediction.resolved');
  expect(await misreported(there)).toEqual([]);
  expect((await deliveriesOf(there)).length).toBeGreaterThan(before.length);
  expect(world.errors).toEqual([]);
});

describe('an import is rejected, and the database stays empty:', () => {
  let empty: Database;
  let nothing: string;
  beforeAll(async () => {
    empty = await openTestDatabase();
    nothing = await exported(empty);
  });
  afterAll(() => empty.close());

  const replaced = (from: RegExp, to: string): string => {
    expect(from.test(text), String(from)).toBe(true);
    return text.replace(from, to);
  };
  const lineOf = (pattern: RegExp): number => lines().findIndex((line) => pattern.test(line)) + 1;

  test.each<[string, () => string, (() => number) | null, RegExp]>([
    ['nothing', () => '', () => 1, /is empty/],
    ['another file', () => '{"format":"outturn-seed/1"}\n', () => 1, /must be the header/],
    ['no footer', () => `${lines().slice(0, -1).join('\n')}\n`, () => lines().length, /incomplete/],
    ['a truncated line', () => text.slice(0, text.lastIndexOf('\n', text.length / 2) - 1), null, /must be JSON/],
    ['a missing line', () => replaced(/^\{"table":"audit".*\n/m, ''), () => lines().length - 1, /the lines before/],
    ['a changed character', () => replaced(/It will rain/, 'It will raim'), () => lines().length, /the lines before/],
    ['data after the footer', () => `${text}{}\n`, () => lines().length + 1, /continues after the footer/],
    [
      'a line that is not JSON',
      () => replaced(/^\{"table":"feeds"/m, '{"table:"feeds"'),
      () => lineOf(/"table":"feeds"/),
      /must be JSON/,
    ],
    [
      'a line that is not a row',
      () => replaced(/^\{"table":"feeds"/m, '{"tabel":"feeds"'),
      () => lineOf(/"table":"feeds"/),
      /must be a row/,
    ],
    [
      'a row out of order',
      () => replaced(/^\{"table":"feeds"/m, '{"table":"settings"'),
      () => lineOf(/"table":"feeds"/),
      /is not expected here/,
    ],
    [
      'a row of an unknown table',
      () => replaced(/^\{"table":"feeds"/m, '{"table":"leases"'),
      () => lineOf(/"table":"feeds"/),
      /is not expected here/,
    ],
    [
      'an additional column',
      () => replaced(/"slug":"litellm"/, '"slug":"litellm","extra":null'),
      () => lineOf(/"slug":"litellm"/),
      /no column extra/,
    ],
    [
      'a missing column',
      () => replaced(/"slug":"litellm",/, ''),
      () => lineOf(/"slug":"litellm"/),
      /lacks the column slug/,
    ],
    [
      'an invalid value',
      () => replaced(/"slug":"litellm",(.*)"enabled":true/, '"slug":"litellm",$1"enabled":"perhaps"'),
      () => lineOf(/"slug":"litellm"/),
      /refuses the row of feeds: .*perhaps/,
    ],
    [
      'a dangling reference',
      () => replaced(/"feed_id":"feed_\d+","kind"/, '"feed_id":"feed_none","kind"'),
      () => lineOf(/"feed_id":"feed_\d+","kind"/),
      /refuses the row of polls: .*foreign key/,
    ],
    ['U+0000', () => replaced(/will rain/, 'will\\u0000rain'), () => lineOf(/will rain/), /refuses the row of/],
  ])('%s', async (_what, broken, number, detail) => {
    const refused = imported(into(empty), broken());
    await expect(refused).rejects.toMatchObject({ name: 'Refusal', message: expect.stringMatching(detail) });
    if (number !== null) await expect(refused).rejects.toThrow(new RegExp(`^line ${number()}: `));
    expect(await exported(empty)).toBe(nothing);
  });

  test('a line above the length limit', async () => {
    const head = Buffer.from(`${lines()[0]}\n`);
    async function* source() {
      yield head;
      for (let sent = 0; sent <= exportLineBytesMax; sent += exportChunkBytes)
        yield Buffer.alloc(exportChunkBytes, 'x');
    }
    await expect(importRecord(into(empty), { source: source() })).rejects.toThrow(
      `line 2: must have at most ${exportLineBytesMax} bytes`,
    );
  });

  test('another schema version, older or newer, with the remedy', async () => {
    const older = replaced(/"version":\d+,"name":"\d+/, '"version":1,"name":"0001');
    await expect(imported(into(empty), older)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/migration 0001_.* import it with Outturn 0\.0\.0/),
    });
    const newer = replaced(/"version":\d+,/, '"version":9999,');
    await expect(imported(into(empty), newer)).rejects.toThrow(/use the program that wrote it/);
  });

  test('and the complete file is accepted afterwards', async () => {
    await imported(into(empty), text);
    expect((await exported(empty)) === text).toBe(true);
  });
});

test('a copy whose secrets were encrypted with another OUTTURN_SECRET reports it', async () => {
  const db = await openTestDatabase();
  const { webhooks } = world.deps;
  const stranger = { ...webhooks, vault: { ...webhooks.vault, open: () => null } };
  expect(await imported({ db, webhooks: stranger }, text)).toMatchObject({ unreadableSecrets: 2 });
  await db.close();
});

test('large rows are written a few at a time, and reading waits for the writer', async () => {
  const db = await openTestDatabase();
  const value = 'x'.repeat(300_000);
  await db.sql`insert into settings (name, value) select 'large ' || i, ${value} from generate_series(1, 30) i`;
  const sizes: number[] = [];
  let taking = 0;
  await exportRecords(
    { db },
    {
      program: '0.0.0',
      write: async (bytes) => {
        taking += 1;
        sizes.push(bytes.length);
        await new Promise(setImmediate);
        expect(taking).toBe(1);
        taking -= 1;
      },
    },
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(30 * value.length);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(Math.max(exportChunkBytes, 4 * (value.length + 200)));
  await db.close();
});
