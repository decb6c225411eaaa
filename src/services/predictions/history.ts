import type { Leaning } from '../../domain/evaluation/evaluate.ts';
import { disputeLeaning } from '../../domain/evaluation/resolution.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql } from '../../store/db.ts';
import { listDisputes } from '../../store/disputes.ts';
import { type ErratumRow, listErrata } from '../../store/errata.ts';
import { listLeanings } from '../../store/events.ts';
import { type ListedForecast, listForecastsById } from '../../store/forecasts.ts';
import {
  type CriterionRow,
  type FieldChange,
  type HistoryMark,
  type HistoryPlace,
  listCriteria,
  listEdits,
  listHistoryMarks,
} from '../../store/history.ts';
import type { PredictionRow } from '../../store/predictions.ts';
import { listPredictionResolutions, type ResolutionRow } from '../../store/resolutions.ts';
import type { Deps } from '../deps.ts';
import { requirePrediction } from './predictions.ts';

/** One change of a prediction. `place` is its position in the list. */
export type HistoryEntry = { readonly at: Instant; readonly place: HistoryPlace } & (
  | { readonly what: 'created'; readonly madeAt: string; readonly criterion: CriterionRow }
  | { readonly what: 'criterion_replaced'; readonly criterion: CriterionRow }
  | { readonly what: 'edited'; readonly changes: readonly FieldChange[] }
  | { readonly what: 'forecast'; readonly forecast: ListedForecast }
  /** `contradicts` is the resolution that was disputed; null if evidence contradicted other evidence. */
  | { readonly what: 'proposed' | 'disputed'; readonly leaning: Leaning; readonly contradicts: string | null }
  | { readonly what: 'resolved' | 'amended'; readonly resolution: ResolutionRow }
  | { readonly what: 'erratum'; readonly erratum: ErratumRow }
  | { readonly what: 'withdrawn' }
);

/** The changes of a prediction, oldest first. Refuses with `not_found`. */
export async function listPredictionHistory(
  deps: Deps,
  idOrSlug: string,
  page: { after: HistoryPlace | null; limit: number },
): Promise<HistoryEntry[]> {
  const db = deps.db.sql;
  const prediction = await requirePrediction(db, idOrSlug);
  const marks = await listHistoryMarks(db, prediction.id, page);
  const rows = await loadRows(db, prediction.id, marks);
  return marks.flatMap((mark) => {
    const entry = entryOf(mark, prediction, rows);
    return entry === null ? [] : [entry];
  });
}

type Rows = {
  readonly criteria: ReadonlyMap<string, CriterionRow>;
  readonly edits: ReadonlyMap<string, readonly FieldChange[]>;
  readonly forecasts: ReadonlyMap<string, ListedForecast>;
  readonly leanings: ReadonlyMap<string, { readonly type: string; readonly leaning: Leaning }>;
  readonly resolutions: ReadonlyMap<string, ResolutionRow>;
  readonly errata: ReadonlyMap<string, ErratumRow>;
  readonly disputes: ReadonlyMap<string, { readonly leaning: Leaning; readonly contradicts: string }>;
};

async function loadRows(db: Sql, predictionId: string, marks: readonly HistoryMark[]): Promise<Rows> {
  const refs = (kind: HistoryMark['kind']): string[] =>
    marks.filter((mark) => mark.kind === kind).map(({ ref }) => ref);
  // Most predictions have few kinds of changes, so that most of these statements are not needed.
  const ofKind = async <Row>(kind: HistoryMark['kind'], list: (ids: string[]) => Promise<Row[]>): Promise<Row[]> => {
    const ids = refs(kind);
    return ids.length === 0 ? [] : await list(ids);
  };
  const isResolved = marks.some(({ kind }) => kind === 'resolution' || kind === 'dispute');
  const [resolutions, criteria, edits, forecasts, errata, leanings] = await Promise.all([
    isResolved ? listPredictionResolutions(db, predictionId, null) : [],
    listCriteria(db, predictionId, [1, ...refs('criterion').map(Number)]),
    ofKind('edited', (ids) => listEdits(db, predictionId, ids.map(Number))),
    ofKind('forecast', (ids) => listForecastsById(db, ids)),
    ofKind('erratum', () => listErrata(db, [predictionId], null)),
    ofKind('leaning', (ids) => listLeanings(db, ids)),
  ]);
  const disputed = resolutions.map((row) => row.id);
  const disputes = await ofKind('dispute', () => listDisputes(db, disputed, null));
  return {
    criteria: new Map(criteria.map((row) => [String(row.version), row])),
    edits: new Map(edits.map((row) => [String(row.edit), row.changes])),
    forecasts: new Map(forecasts.map((row) => [row.id, row])),
    errata: new Map(errata.map((row) => [row.id, row])),
    leanings: new Map(leanings.map((row) => [row.id, row])),
    resolutions: new Map(resolutions.map((row) => [row.id, row])),
    disputes: new Map(
      disputes.map((dispute) => [dispute.id, { leaning: disputeLeaning(dispute), contradicts: dispute.resolutionId }]),
    ),
  };
}

function entryOf(mark: HistoryMark, prediction: PredictionRow, rows: Rows): HistoryEntry | null {
  const { at, rank, key, ref } = mark;
  const base = { at, place: { at, rank, key } };
  switch (mark.kind) {
    case 'created': {
      const criterion = rows.criteria.get('1');
      return criterion === undefined ? null : { ...base, what: 'created', madeAt: prediction.madeAt, criterion };
    }
    case 'criterion': {
      const criterion = rows.criteria.get(ref);
      return criterion === undefined ? null : { ...base, what: 'criterion_replaced', criterion };
    }
    case 'edited':
      return { ...base, what: 'edited', changes: rows.edits.get(ref) ?? [] };
    case 'forecast': {
      const forecast = rows.forecasts.get(ref);
      return forecast === undefined ? null : { ...base, what: 'forecast', forecast };
    }
    case 'leaning': {
      const found = rows.leanings.get(ref);
      if (found === undefined) return null;
      const what = found.type === 'prediction.proposed' ? 'proposed' : 'disputed';
      return { ...base, what, leaning: found.leaning, contradicts: null };
    }
    case 'resolution': {
      const resolution = rows.resolutions.get(ref);
      if (resolution === undefined) return null;
      return { ...base, what: resolution.supersedes === null ? 'resolved' : 'amended', resolution };
    }
    case 'erratum': {
      const erratum = rows.errata.get(ref);
      return erratum === undefined ? null : { ...base, what: 'erratum', erratum };
    }
    case 'withdrawn':
      return { ...base, what: 'withdrawn' };
    case 'dispute': {
      const found = rows.disputes.get(ref);
      return found === undefined ? null : { ...base, what: 'disputed', ...found };
    }
  }
}
