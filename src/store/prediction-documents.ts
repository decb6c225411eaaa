import type { CaseState } from '../domain/cases/case-state.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp, timestampTexts } from './postgres-types.ts';

/**
 * Changes whenever the members of the documents change, or what a kept part is computed from: documents of other formats are
 * computed when they are read, and every prediction is settled again.
 */
export const documentFormat = 2;

/** The words of a prediction as kept JSON text. */
export type KeptWords = {
  readonly predictionId: string;
  readonly sourceId: string | null;
  readonly predictorId: string | null;
  readonly text: string;
  /** What they contribute to the version of the prediction. */
  readonly version: number;
  readonly updatedAt: Instant;
};

/** The answer of a prediction as kept JSON text. */
export type KeptAnswer = {
  readonly predictionId: string;
  readonly text: string;
  /** What it contributes to the version of the prediction. */
  readonly version: number;
  /** When the current resolution was decided; null if there is none. */
  readonly updatedAt: Instant | null;
  /** JSON text; null where there is no standing. */
  readonly standing: string | null;
  readonly evaluatedThrough: Instant | null;
};

/** Everything that a document of now is made of. */
export type KeptDocument = {
  readonly id: string;
  readonly words: string;
  readonly answer: string;
  readonly version: number;
  readonly updatedAt: Instant;
  readonly standing: string | null;
  /** Identifies the reads of all feeds that a standing refers to; null if there is no standing. */
  readonly readsStamp: string | null;
  readonly evaluatedThrough: Instant | null;
  readonly sourceId: string | null;
  readonly sourceTitle: string | null;
  readonly sourceUrl: string | null;
  readonly sourceLanguage: string | null;
  readonly sourcePublishedAt: string | null;
  readonly predictorId: string | null;
  readonly predictorName: string | null;
  /** The last case about it; null if there was none. */
  readonly caseId: string | null;
  readonly caseState: CaseState | null;
};

/** Writes the words of documents. The answer of a document of another format is forgotten. */
export async function keepWords(db: Sql, words: readonly KeptWords[]): Promise<void> {
  if (words.length === 0) return;
  await db`
    insert into prediction_documents as d (prediction_id, format, source_id, predictor_id, words, words_version, words_at)
    select w.prediction_id, ${documentFormat}, w.source_id, w.predictor_id, w.text, w.version, w.updated_at
    from unnest(${words.map((row) => row.predictionId)}::text[], ${words.map((row) => row.sourceId)}::text[],
      ${words.map((row) => row.predictorId)}::text[], ${words.map((row) => row.text)}::text[],
      ${words.map((row) => String(row.version))}::text[]::int[],
      ${timestampTexts(words.map((row) => row.updatedAt))}::timestamptz[])
      as w(prediction_id, source_id, predictor_id, text, version, updated_at)
    on conflict (prediction_id) do update set format = excluded.format, source_id = excluded.source_id,
      predictor_id = excluded.predictor_id, words = excluded.words, words_version = excluded.words_version,
      words_at = excluded.words_at, answer = case when d.format = excluded.format then d.answer end`;
}

/** Writes the document of a new prediction. */
export async function insertDocument(db: Sql, words: KeptWords, answer: KeptAnswer): Promise<void> {
  await db`
    insert into prediction_documents (prediction_id, format, source_id, predictor_id, words, words_version, words_at, answer,
      answer_version, answer_at, standing, evaluated_through)
    values (${words.predictionId}, ${documentFormat}, ${words.sourceId}, ${words.predictorId}, ${words.text}, ${words.version},
      ${timestamp(words.updatedAt)}, ${answer.text}, ${answer.version}, ${timestamp(answer.updatedAt)}, ${answer.standing},
      ${timestamp(answer.evaluatedThrough)})`;
}

/**
 * Writes the answers of documents. The words of a document of another format are forgotten. Returns the ids of the
 * documents without words.
 */
export async function keepAnswers(db: Sql, answers: readonly KeptAnswer[]): Promise<string[]> {
  if (answers.length === 0) return [];
  const rows = await db<{ id: string; wordless: boolean }[]>`
    insert into prediction_documents as d (prediction_id, format, answer, answer_version, answer_at, standing, evaluated_through)
    select a.prediction_id, ${documentFormat}, a.text, a.version, a.updated_at, a.standing, a.evaluated_through
    from unnest(${answers.map((row) => row.predictionId)}::text[], ${answers.map((row) => row.text)}::text[],
      ${answers.map((row) => String(row.version))}::text[]::int[],
      ${answers.map((row) => instantText(row.updatedAt))}::text[]::timestamptz[], ${answers.map((row) => row.standing)}::text[],
      ${answers.map((row) => instantText(row.evaluatedThrough))}::text[]::timestamptz[])
      as a(prediction_id, text, version, updated_at, standing, evaluated_through)
    on conflict (prediction_id) do update set format = excluded.format, answer = excluded.answer,
      answer_version = excluded.answer_version, answer_at = excluded.answer_at, standing = excluded.standing,
      evaluated_through = excluded.evaluated_through, words = case when d.format = excluded.format then d.words end
    returning d.prediction_id as id, d.words is null as wordless`;
  return rows.filter((row) => row.wordless).map((row) => row.id);
}

function instantText(at: Instant | null): string | null {
  return at === null ? null : (timestampTexts([at])[0] ?? null);
}

/** The columns of a KeptDocument, for statements over `prediction_documents d` and what `joinSurroundings` joins. */
export function documentColumns(db: Sql) {
  return db`d.prediction_id as id, d.words, d.answer, d.words_version + d.answer_version as version,
    greatest(d.words_at, d.answer_at) as "updatedAt", d.standing, d.evaluated_through as "evaluatedThrough",
    case when d.standing is not null then ${readsStamp(db)} end as "readsStamp",
    s.id as "sourceId", s.title as "sourceTitle", s.url as "sourceUrl", s.language as "sourceLanguage",
    s.published_at as "sourcePublishedAt", w.id as "predictorId", w.name as "predictorName", k.id as "caseId", k.state as "caseState"`;
}

/** The joins that follow `prediction_documents d` in such a statement. */
export function joinSurroundings(db: Sql) {
  return db`left join sources s on s.id = d.source_id left join predictors w on w.id = d.predictor_id
    left join lateral (select c.id, c.state from cases c where c.prediction_id = d.prediction_id order by c.seq desc limit 1) k
      on true`;
}

/** Changes with every accepted read of a feed that moves its watermark, and with every change of a feed. */
function readsStamp(db: Sql) {
  return db`(select concat(count(*), ' ', sum(version), ' ', sum(extract(epoch from watermark))) from feeds)`;
}

/** The current state of the feeds, as documents name it. */
export async function findReadsStamp(db: Sql): Promise<string> {
  const rows = await db<{ stamp: string }[]>`select ${readsStamp(db)} as stamp`;
  return rows[0]?.stamp ?? '';
}

/** The document of a prediction by id; null if a part must be computed, or if there is no such prediction. */
export async function findDocument(db: Sql, predictionId: string): Promise<KeptDocument | null> {
  const rows = await db<KeptDocument[]>`
    select ${documentColumns(db)} from prediction_documents d ${joinSurroundings(db)}
    where d.prediction_id = ${predictionId} and ${wholeDocument(db)}`;
  return rows[0] ?? null;
}

/** The same by slug or former slug. */
export async function findDocumentBySlug(db: Sql, slug: string): Promise<KeptDocument | null> {
  const rows = await db<KeptDocument[]>`
    select ${documentColumns(db)} from prediction_slugs g join prediction_documents d on d.prediction_id = g.prediction_id
      ${joinSurroundings(db)}
    where g.slug = ${slug} and ${wholeDocument(db)}`;
  return rows[0] ?? null;
}

/** True for documents that need not be computed, for statements over `prediction_documents d`. */
export function wholeDocument(db: Sql) {
  return db`d.format = ${documentFormat} and d.words is not null and d.answer is not null`;
}
