import { formatInstant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { postgresTypes } from './postgres-types.ts';
import { type Page, placeOrder, readChosen } from './prediction-choices.ts';
import { documentColumns, joinSurroundings, wholeDocument } from './prediction-documents.ts';
import { everyFilter, type PredictionFilter } from './prediction-filter.ts';
import { isRecordingOrder, type PredictionPlace } from './prediction-sort.ts';

/**
 * Lists of kept documents as the bytes that the database sent. A page has a hundred kilobytes, and making strings of them, joining
 * those and encoding them again takes longer than everything else.
 */

type Bytes = Buffer;

export type ListedSource = {
  readonly id: string;
  readonly title: string;
  readonly url: string | null;
  readonly language: string | null;
  readonly publishedAt: string | null;
};

export type ListedPredictor = { readonly id: string; readonly name: string };

export type ListedLastCase = { readonly id: string; readonly state: string };

/** A kept document in a list: JSON texts in UTF-8, and what is joined with them. Moments are ISO 8601. */
export type ListedDocument = {
  readonly words: Bytes;
  readonly answer: Bytes;
  readonly version: number;
  readonly updatedAt: string;
  readonly standing: string | null;
  readonly evaluatedThrough: string | null;
  readonly readsStamp: string | null;
  /** The same object for all documents of a page with the same one. */
  readonly source: ListedSource | null;
  readonly predictor: ListedPredictor | null;
  readonly lastCase: ListedLastCase | null;
};

/** A prediction of a page, with the place at which it is. `document` is null if it must be computed. */
export type ListedPrediction = {
  readonly id: string;
  readonly document: ListedDocument | null;
  readonly place: () => PredictionPlace;
};

type Row = readonly (Bytes | null)[];

/** Documents of now in the given order, after a position. */
export async function listDocuments(
  db: Sql,
  filter: Omit<PredictionFilter, 'resolvedAsOf'>,
  page: Page,
): Promise<ListedPrediction[]> {
  const rows = await readChosen<Row>(
    db,
    { filter, page, matches: everyFilter(db, filter) },
    async (chosen) =>
      await db`
        select p.id as "listedId", p.place as "sortValue", ${documentColumns(db)}
        from ${chosen} left join prediction_documents d on d.prediction_id = p.id and ${wholeDocument(db)} ${joinSurroundings(db)}
        order by ${placeOrder(db, page.sort)}`.raw(),
  );
  const sources = new Map<string, ListedSource>();
  const predictors = new Map<string, ListedPredictor>();
  return rows.map((row) => readRow(row, { page, sources, predictors }));
}

type Shared = {
  readonly page: Page;
  readonly sources: Map<string, ListedSource>;
  readonly predictors: Map<string, ListedPredictor>;
};

/** The columns of the statement, in order. */
function readRow(row: Row, { page, sources, predictors }: Shared): ListedPrediction {
  const [listedId, value, id, words, answer, version, updatedAt, standing, evaluatedThrough, readsStamp] = row;
  const predictionId = required(listedId);
  const place = (): PredictionPlace => [placeValue(required(value), page), predictionId];
  if (isNull(id) || isNull(words) || isNull(answer)) return { id: predictionId, document: null, place };
  const document = {
    words,
    answer,
    version: Number(version),
    updatedAt: momentText(required(updatedAt)),
    standing: text(standing),
    evaluatedThrough: isNull(evaluatedThrough) ? null : momentText(required(evaluatedThrough)),
    readsStamp: text(readsStamp),
    source: readSource(row, sources),
    predictor: readPredictor(row, predictors),
    lastCase: isNull(row[17]) ? null : { id: required(row[17]), state: required(row[18]) },
  };
  return { id: predictionId, document, place };
}

function readSource(row: Row, sources: Map<string, ListedSource>): ListedSource | null {
  const id = row[10];
  if (isNull(id)) return null;
  const key = id.toString('latin1');
  const known = sources.get(key);
  if (known !== undefined) return known;
  const source = {
    id: key,
    title: required(row[11]),
    url: text(row[12]),
    language: text(row[13]),
    publishedAt: text(row[14]),
  };
  sources.set(key, source);
  return source;
}

function readPredictor(row: Row, predictors: Map<string, ListedPredictor>): ListedPredictor | null {
  const id = row[15];
  if (isNull(id)) return null;
  const key = id.toString('latin1');
  const known = predictors.get(key);
  if (known !== undefined) return known;
  const predictor = { id: key, name: required(row[16]) };
  predictors.set(key, predictor);
  return predictor;
}

function isNull(value: Bytes | null | undefined): value is null | undefined {
  return value === null || value === undefined;
}

function text(value: Bytes | null | undefined): string | null {
  return isNull(value) ? null : value.toString('utf8');
}

function required(value: Bytes | null | undefined): string {
  if (isNull(value)) throw new Error('a column of a list is missing');
  return value.toString('utf8');
}

function placeValue(value: string, { sort }: Page): number | 'none' {
  const at = isRecordingOrder(sort) ? Number(value) : postgresTypes.instant.parse(value);
  return Number.isFinite(at) ? at : 'none';
}

const usualMoment = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;

/** A moment as the documents have it. Most need no number on the way. */
function momentText(value: string): string {
  const [, day, time, fraction = ''] = usualMoment.exec(value) ?? [];
  if (day === undefined) return formatInstant(postgresTypes.instant.parse(value));
  const ms = fraction.padEnd(3, '0').slice(0, 3);
  return ms === '000' ? `${day}T${time}Z` : `${day}T${time}.${ms}Z`;
}
