import type { Instant } from '../../domain/instant.ts';
import type { Sql } from '../../store/db.ts';
import { listErrata } from '../../store/errata.ts';
import { listOwnProbabilities } from '../../store/forecasts.ts';
import {
  type KeptAnswer,
  type KeptDocument,
  type KeptWords,
  keepAnswers,
  keepWords,
} from '../../store/prediction-documents.ts';
import { listPredictionsById, type PredictionRow } from '../../store/predictions.ts';
import type { Deps } from '../deps.ts';
import { answerToJson, joinDocument, type Words, wordsToJson } from './document.ts';
import { readStanding } from './kept-standing.ts';
import { type AnswerView, type Evaluated, loadAnswers, versionOf, wordsChangedAt } from './views.ts';

/** The document of a prediction as JSON text, with its row version. */
export type DocumentText = { readonly id: string; readonly text: string; readonly version: number };

/**
 * Writes the answers of predictions that were settled at a moment into their documents, in the same transaction, and their
 * words if these are missing. `evaluated` has the evaluations of those that remain open.
 */
export async function keepAnswersOf(
  tx: Sql,
  deps: Deps,
  predictions: readonly PredictionRow[],
  settled: { readonly at: Instant; readonly evaluated: ReadonlyMap<string, Evaluated> },
): Promise<void> {
  if (predictions.length === 0) return;
  const answerOf = await loadAnswers(tx, deps, predictions, settled);
  const rows: KeptAnswer[] = [];
  for (const prediction of predictions) {
    try {
      rows.push(keptAnswer(prediction.id, await answerOf(prediction)));
    } catch (error) {
      // A malformed row must not prevent that others are settled.
      deps.log.error({ prediction: prediction.id, error: String(error) }, 'the document could not be kept');
    }
  }
  const wordless = new Set(await keepAnswers(tx, rows));
  await keepWordsOf(
    tx,
    deps,
    predictions.filter(({ id }) => wordless.has(id)),
  );
}

function keptAnswer(predictionId: string, answer: AnswerView): KeptAnswer {
  return {
    predictionId,
    text: JSON.stringify(answerToJson(answer)),
    version: answer.resolutions,
    updatedAt: answer.resolution?.decidedAt ?? null,
    standing: answer.standingBasis === null ? null : JSON.stringify(answer.standingBasis),
    evaluatedThrough: answer.evaluatedThrough,
  };
}

/** Writes the current words of predictions into their documents, in the transaction that changed them. */
export async function keepWordsOf(tx: Sql, deps: Deps, predictions: readonly PredictionRow[]): Promise<void> {
  if (predictions.length === 0) return;
  const ids = predictions.map(({ id }) => id);
  const probabilities = await listOwnProbabilities(tx, predictions, deps.now());
  const errata = await listErrata(tx, ids, null);
  const rows = predictions.map((prediction) => {
    const own = errata.filter((erratum) => erratum.predictionId === prediction.id);
    return keptWords({ prediction, probability: probabilities.get(prediction.id) ?? null, errata: own });
  });
  await keepWords(tx, rows);
}

/** The document of a new prediction. */
export function newDocument(words: Words, answer: AnswerView): { words: KeptWords; answer: KeptAnswer } {
  return { words: keptWords(words), answer: keptAnswer(words.prediction.id, answer) };
}

function keptWords(words: Words): KeptWords {
  const { prediction, errata } = words;
  return {
    predictionId: prediction.id,
    sourceId: prediction.sourceId,
    predictorId: prediction.predictorId,
    text: JSON.stringify(wordsToJson(words)),
    version: versionOf(prediction, 0),
    updatedAt: wordsChangedAt(prediction, errata),
  };
}

/** The same, for the current words in the database. */
export async function keepCurrentWords(tx: Sql, deps: Deps, id: string): Promise<void> {
  await keepWordsOf(tx, deps, await listPredictionsById(tx, [id]));
}

/** Writes the answer of a prediction that a person resolved, or that was withdrawn. */
export async function keepCurrentAnswer(tx: Sql, deps: Deps, id: string): Promise<void> {
  await keepAnswersOf(tx, deps, await listPredictionsById(tx, [id]), { at: deps.now(), evaluated: new Map() });
}

/** The text of a kept document. */
export async function textOf(deps: Deps, kept: KeptDocument): Promise<DocumentText> {
  const { id, words, answer, version, updatedAt, standing, readsStamp, evaluatedThrough } = kept;
  const { sourceId, sourceTitle, predictorId, predictorName, caseId, caseState } = kept;
  const surroundings = {
    source:
      sourceId === null || sourceTitle === null
        ? null
        : {
            id: sourceId,
            title: sourceTitle,
            url: kept.sourceUrl,
            language: kept.sourceLanguage,
            publishedAt: kept.sourcePublishedAt,
          },
    predictor: predictorId === null || predictorName === null ? null : { id: predictorId, name: predictorName },
    lastCase: caseId === null || caseState === null ? null : { id: caseId, state: caseState },
    standing: standing === null || readsStamp === null ? null : await readStanding(deps, standing, readsStamp),
    version,
    updatedAt,
    evaluatedThrough,
  };
  return { id, text: joinDocument(words, answer, surroundings), version };
}
