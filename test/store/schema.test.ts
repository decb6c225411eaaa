import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/store/db.ts';
import { openTestDatabase } from '../support/database.ts';
import { readGoldenFile } from '../support/golden.ts';
import { describeSchema } from '../support/schema.ts';

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

test('sql/schema.sql matches the migrations; UPDATE_GOLDENS=1 writes it', async () => {
  const schema = await describeSchema(db.sql);
  expect(schema).toBe(readGoldenFile('sql/schema.sql', () => schema));
});

test('an added column appears in the dump', async () => {
  const before = await describeSchema(db.sql);
  await db.sql.unsafe('alter table settings add column planted text');
  expect(await describeSchema(db.sql)).not.toBe(before);
});
