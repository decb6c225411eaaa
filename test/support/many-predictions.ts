import type { World } from './world.ts';

/** The tables whose rows make up a prediction, each with the column of its id. */
const tables = [
  ['predictions', 'id'],
  ['criteria', 'prediction_id'],
  ['prediction_words', 'prediction_id'],
  ['prediction_watches', 'prediction_id'],
  ['prediction_edges', 'prediction_id'],
] as const;

/** Copies a prediction many times, far faster than recording them. The copies have the slugs `SLUG-1`, `SLUG-2`, … and no events. */
export async function copyPrediction(world: Pick<World, 'db'>, slug: string, count: number): Promise<void> {
  for (const [table, idColumn] of tables) {
    const [row] = await world.db.sql<{ names: string[] }[]>`
      select array_agg(column_name::text order by ordinal_position) as names from information_schema.columns
      where table_schema = 'public' and table_name = ${table} and is_identity = 'NO' and is_generated = 'NEVER'`;
    const names = row?.names ?? [];
    const values = names.map((name) => {
      if (name === idColumn) return `p.id || '_' || lpad(n::text, 6, '0')`;
      return name === 'slug' ? `p.slug || '-' || n` : `t.${name}`;
    });
    await world.db.sql.unsafe(
      `insert into ${table} (${names.join(', ')}) select ${values.join(', ')}
       from predictions p join ${table} t on t.${idColumn} = p.id, generate_series(1, $1::int) n
       where p.slug = $2 order by n`,
      [count, slug],
    );
  }
}
