// Many predictions from the few of the shipped seed, by SQL: each is a copy of one of them under another id and slug, with
// its words, criterion, watches, edges, resolutions and document.

/** Rows that one statement copies. */
const rowsAtOnce = 20_000;

/** Adds copies of every prediction, or of the one of that slug, until there are `count` of them. */
export async function copyPredictions(sql, count, slug = null) {
  await sql`create table templates as
    select row_number() over (order by seq) - 1 as k, count(*) over () as n, id from predictions where slug = coalesce(${slug}, slug)`;
  const [{ n }] = await sql`select count(*)::int as n from templates`;
  for (let from = n; from < count; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, count) - 1;
    await sql.begin((tx) => copyRange(tx, from, to));
  }
  await sql`drop table templates`;
  await sql`analyze`;
  return await sql`select state, count(*)::int as count from predictions group by state order by state`;
}

async function copyRange(tx, from, to) {
  await tx`create temporary table copies on commit drop as
    select t.id as old_id, 'pred_b' || lpad(i::text, 9, '0') as id, p.slug || '-' || i as slug, p.slug as old_slug, i
    from generate_series(${from}::int, ${to}::int) i join templates t on t.k = i % t.n join predictions p on p.id = t.id`;
  // Deadlines and days of claims differ, so that sorted lists and filters have something to find.
  await tx`insert into predictions (id, slug, statement, source_id, locator, predictor_id, made_at, made_from, recorded_at,
      fine_print, evidence_policy, tags, criterion_version, state, state_detail, outcome, recheck_at, evaluated_with, edits, resolutions,
      edited_at, resolved_at, withdrawn_at, resolve_by)
    select c.id, c.slug, p.statement, p.source_id, p.locator, p.predictor_id, p.made_at, p.made_from - c.i % 300 * interval '1 day',
      p.recorded_at, p.fine_print, p.evidence_policy, p.tags, 1, p.state, p.state_detail, p.outcome, null, p.evaluated_with, 1,
      p.resolutions, p.edited_at, p.resolved_at + c.i * interval '1 millisecond', p.withdrawn_at, ${deadline(tx)}
    from copies c join predictions p on p.id = c.old_id`;
  await tx`insert into prediction_slugs (slug, prediction_id) select slug, id from copies`;
  await tx`insert into prediction_words (prediction_id, edit, edited_at, slug, statement, fine_print, locator, source_id, predictor_id, tags)
    select c.id, 1, p.edited_at, c.slug, p.statement, p.fine_print, p.locator, p.source_id, p.predictor_id, p.tags
    from copies c join predictions p on p.id = c.old_id`;
  await tx`insert into criteria (prediction_id, version, criterion, criterion_hash, polarity, resolve_by, created_at)
    select c.id, 1, k.criterion, k.criterion_hash, k.polarity, ${deadline(tx)}, k.created_at
    from copies c join criteria k on k.prediction_id = c.old_id and k.version = 1`;
  await copyColumns(tx, 'prediction_watches');
  await copyColumns(tx, 'prediction_edges');
  await tx`insert into resolutions (id, prediction_id, criterion_version, outcome, effective_at, known_at, decided_at, decided_by,
      reason_code, reason, evidence, evidence_trust, explanation, evaluator_version, identity_version, miss_chance, coverage_version)
    select 'res_b' || lpad(c.i::text, 9, '0'), c.id, 1, r.outcome, r.effective_at, r.known_at, r.decided_at, r.decided_by, r.reason_code,
      r.reason, r.evidence, r.evidence_trust, r.explanation, r.evaluator_version, r.identity_version, r.miss_chance, r.coverage_version
    from copies c join resolutions r on r.prediction_id = c.old_id and r.supersedes is null`;
  // The triggers have forgotten the answers of what has resolutions, so the documents come last.
  await tx`insert into prediction_documents (prediction_id, format, source_id, predictor_id, words, words_version, words_at, answer,
      answer_version, answer_at, standing, evaluated_through)
    select c.id, d.format, d.source_id, d.predictor_id, replace(replace(d.words, c.old_id, c.id), c.old_slug, c.slug), d.words_version,
      d.words_at, d.answer, d.answer_version, d.answer_at, d.standing, d.evaluated_through
    from copies c join prediction_documents d on d.prediction_id = c.old_id`;
}

/** The deadline of copy `c`, where the seed may have none: most have one, on different days. */
function deadline(tx) {
  return tx`case when c.i % 5 > 0 then '2024-01-01Z'::timestamptz + c.i % 3000 * interval '1 day' end`;
}

/** Copies every column but the first, which names the prediction. */
async function copyColumns(tx, table) {
  const columns =
    await tx`select column_name as name from information_schema.columns where table_schema = 'public' and table_name = ${table}
    and column_name <> 'prediction_id' and is_generated = 'NEVER' order by ordinal_position`;
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const values = columns.map(({ name }) => `t."${name}"`).join(', ');
  await tx.unsafe(
    `insert into ${table} (prediction_id, ${names}) select c.id, ${values} from copies c join ${table} t on t.prediction_id = c.old_id`,
  );
}
