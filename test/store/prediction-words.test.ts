import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/store/db.ts';
import { migrate, migrationsDirectory } from '../../src/store/migrate.ts';
import { openEmptyDatabase } from '../support/database.ts';

let db: Database;
let earlier: string;
beforeAll(async () => {
  earlier = mkdtempSync(join(tmpdir(), 'outturn-migrations-'));
  for (const name of readdirSync(migrationsDirectory()))
    if (name < '0025' && name.endsWith('.sql')) copyFileSync(join(migrationsDirectory(), name), join(earlier, name));
  db = await openEmptyDatabase();
  await migrate(db, earlier);
});
afterAll(async () => {
  rmSync(earlier, { recursive: true, force: true });
  await db.close();
});

async function insertPrediction(id: string, edits: number): Promise<void> {
  await db.sql`
    insert into predictions (id, slug, statement, made_at, made_from, recorded_at, fine_print, tags, edits, edited_at)
    values (${id}, ${`${id}-now`}, 'Now.', '2025', '2025-01-01', '2025-02-01', 'Now.', ${['a', 'b']}, ${edits}, '2025-02-09')`;
}

async function insertEdit(id: string, edit: number, changes: readonly object[]): Promise<void> {
  await db.sql`
    insert into prediction_edits (prediction_id, edit, edited_at, changes)
    values (${id}, ${edit}, ${`2025-02-0${edit}`}, ${JSON.stringify(changes)}::text::json)`;
}

test('the migration restores the earlier words of existing predictions from their edits', async () => {
  await insertPrediction('plain', 1);
  await insertPrediction('unknown', 3);
  await insertPrediction('known', 4);
  await insertEdit('known', 2, [
    { field: 'statement', before: 'First.', after: 'Second.' },
    { field: 'fine_print', before: null, after: 'Now.' },
  ]);
  await insertEdit('known', 3, [
    { field: 'statement', before: 'Second.', after: 'Now.' },
    { field: 'tags', before: ['c', 'é "d"'], after: [] },
  ]);
  await insertEdit('known', 4, [
    { field: 'tags', before: [], after: ['a', 'b'] },
    { field: 'slug', before: 'known-then', after: 'known-now' },
  ]);
  // A slug that another prediction took, while that was still possible, stays with it.
  await insertPrediction('renamed', 2);
  await insertEdit('renamed', 2, [{ field: 'slug', before: 'plain-now', after: 'renamed-now' }]);
  await migrate(db);
  const words = await db.sql`
    select prediction_id as id, edit, to_char(edited_at at time zone 'UTC', 'DD') as day, slug, statement, fine_print as fine, tags
    from prediction_words order by prediction_id, edit`;
  const now = { statement: 'Now.', fine: 'Now.', tags: ['a', 'b'] };
  const known = { id: 'known', slug: 'known-then', fine: 'Now.' };
  expect([...words]).toEqual([
    { ...known, edit: 1, day: '01', statement: 'First.', fine: null, tags: ['c', 'é "d"'] },
    { ...known, edit: 2, day: '02', statement: 'Second.', tags: ['c', 'é "d"'] },
    { ...known, edit: 3, day: '03', statement: 'Now.', tags: [] },
    { ...now, id: 'known', edit: 4, day: '04', slug: 'known-now' },
    { ...now, id: 'plain', edit: 1, day: '01', slug: 'plain-now' },
    { ...now, id: 'renamed', edit: 1, day: '01', slug: 'plain-now' },
    { ...now, id: 'renamed', edit: 2, day: '02', slug: 'renamed-now' },
    { ...now, id: 'unknown', edit: 1, day: '01', slug: 'unknown-now' },
    { ...now, id: 'unknown', edit: 3, day: '09', slug: 'unknown-now' },
  ]);
  const slugs = await db.sql`select slug, prediction_id as id from prediction_slugs order by slug`;
  expect(slugs.map(({ slug, id }) => [slug, id])).toEqual([
    ['known-now', 'known'],
    ['known-then', 'known'],
    ['plain-now', 'plain'],
    ['renamed-now', 'renamed'],
    ['unknown-now', 'unknown'],
  ]);
});
