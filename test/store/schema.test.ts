import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import type { Database } from '../../src/store/db.ts';
import { openTestDatabase } from '../support/database.ts';
import { describeSchema } from '../support/schema.ts';

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

test('sql/schema.sql is what the migrations come to; `npx vitest run -u test/store/schema.test.ts` writes it anew', async () => {
  await expect(await describeSchema(db.sql)).toMatchFileSnapshot(join(packageRoot(), 'sql', 'schema.sql'));
});

test('a column that was added shows', async () => {
  const before = await describeSchema(db.sql);
  await db.sql.unsafe('alter table settings add column planted text');
  expect(await describeSchema(db.sql)).not.toBe(before);
});
