import type { Edge, Watch } from '../domain/criterion/watch.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { insertingEvent, type NewEvent } from './events.ts';
import { json, timestamp, timestampTexts } from './postgres-types.ts';
import { documentFormat, type KeptAnswer, type KeptWords } from './prediction-documents.ts';
import type { PredictionRow } from './predictions.ts';

/** A new prediction with all rows that its creation writes. */
export type NewPredictionRows = {
  readonly row: PredictionRow;
  /** The id of the key that records it; null if no key does. */
  readonly recordedBy: string | null;
  readonly recheckAt: Instant | null;
  readonly evaluatedWith: string;
  readonly watches: readonly Watch[];
  readonly edges: readonly Edge[];
  /** The event of its creation. */
  readonly event: NewEvent;
  /** Null if it is written later. */
  readonly document: { readonly words: KeptWords; readonly answer: KeptAnswer } | null;
};

/**
 * Inserts a prediction with its slug, the first versions of its words and criterion, what it watches, its document, and the event
 * of its creation with deliveries, in one statement. False if another prediction has or had the slug; then the transaction must
 * be rolled back.
 */
export async function insertPrediction(db: Sql, given: NewPredictionRows): Promise<boolean> {
  const { row, event, document } = given;
  const rows = await db<{ inserted: number }[]>`
    with made as (
      insert into predictions (id, slug, statement, source_id, locator, predictor_id, made_at, made_from, recorded_at, fine_print,
        evidence_policy, tags, criterion_version, resolve_by, edited_at, recheck_at, evaluated_with,
        recorded_by, from_end)
      values (${row.id}, ${row.slug}, ${row.statement}, ${row.sourceId}, ${row.locator}, ${row.predictorId}, ${row.madeAt},
        ${timestamp(row.madeFrom)}, ${timestamp(row.recordedAt)}, ${row.finePrint}, ${json(db, row.evidencePolicy)}, ${row.tags},
        ${row.criterionVersion}, ${timestamp(row.resolveBy)}, ${timestamp(row.editedAt)}, ${timestamp(given.recheckAt)},
        ${given.evaluatedWith}, ${given.recordedBy}, ${json(db, row.fromEnd)})
      on conflict (slug) do nothing returning *),
    claimed as (
      insert into prediction_slugs (slug, prediction_id) select slug, id from made on conflict (slug) do nothing returning slug),
    words as (
      insert into prediction_words (prediction_id, edit, edited_at, slug, statement, fine_print, locator, source_id, predictor_id, tags)
      select id, edits, edited_at, slug, statement, fine_print, locator, source_id, predictor_id, tags from made),
    criterion as (
      insert into criteria (prediction_id, version, criterion, criterion_hash, polarity, resolve_by, created_at)
      select id, criterion_version, ${json(db, row.criterion)}, ${row.criterionHash}, ${row.polarity}, resolve_by,
        ${timestamp(row.criterionAt)} from made),
    ${insertingWatches(db, given)},
    ${document === null ? db`` : insertingDocument(db, document)}
    subject as (select id, tags, predictor_id from made),
    ${insertingEvent(db, event, db`made`)}
    select (select count(*)::int from claimed) as inserted, (select count(*) from notified) as notified`;
  return rows[0]?.inserted === 1;
}

function insertingWatches(db: Sql, { watches, edges }: NewPredictionRows) {
  return db`
    watched as (
      insert into prediction_watches (prediction_id, vendor, family, facts, versions, tiers, narrowed)
      select made.id, w.vendor, w.family, w.facts, w.versions, w.tiers, true from made cross join
        json_to_recordset(${json(db, watches)}) as w(vendor text, family text, facts boolean, versions text[], tiers text[])
      returning vendor, family),
    edges as (
      insert into prediction_edges (prediction_id, vendor, edge_at)
      select made.id, e.vendor, e.edge_at from made cross join unnest(${edges.map((edge) => edge.vendor)}::text[],
        ${timestampTexts(edges.map((edge) => edge.at))}::timestamptz[]) as e(vendor, edge_at)
      on conflict do nothing)`;
}

function insertingDocument(db: Sql, { words, answer }: { words: KeptWords; answer: KeptAnswer }) {
  return db`
    document as (
      insert into prediction_documents (prediction_id, format, source_id, predictor_id, words, words_version, words_at, answer,
        answer_version, answer_at, standing, evaluated_through)
      select id, ${documentFormat}::int, source_id, predictor_id, ${words.text}::text, ${words.version}::int,
        ${timestamp(words.updatedAt)}::timestamptz, ${answer.text}::text, ${answer.version}::int,
        ${timestamp(answer.updatedAt)}::timestamptz, ${answer.standing}::text, ${timestamp(answer.evaluatedThrough)}::timestamptz
      from made),`;
}
