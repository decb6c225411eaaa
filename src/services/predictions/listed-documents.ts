import type { ListedDocument } from '../../store/listed-documents.ts';
import type { Deps } from '../deps.ts';
import { lastCaseToJson, predictorToJson, sourceToJson } from './document.ts';
import { standingReader } from './kept-standing.ts';

const comma = Buffer.from(',');

/**
 * Joins the documents of one page, as `joinDocument` does, without making strings of their kept parts. Most documents of a page
 * share their sources and predictors.
 */
export async function documentJoiner(
  deps: Deps,
  documents: readonly ListedDocument[],
): Promise<(document: ListedDocument) => Uint8Array[]> {
  // One statement saw one state of the feeds.
  const stamp = documents.find(({ readsStamp }) => readsStamp !== null)?.readsStamp ?? null;
  const readStanding = stamp === null ? () => null : await standingReader(deps, stamp);
  const texts = new Map<object, string>();
  const textOf = <T extends object>(value: T | null, toJson: (value: T) => object): string => {
    if (value === null) return 'null';
    const known = texts.get(value);
    if (known !== undefined) return known;
    const text = JSON.stringify(toJson(value));
    texts.set(value, text);
    return text;
  };
  return (document) => {
    const { words, answer, standing: basis, evaluatedThrough, version, updatedAt } = document;
    const standing = basis === null ? null : readStanding(basis);
    const source = textOf(document.source, sourceToJson);
    const predictor = textOf(document.predictor, predictorToJson);
    const lastCase = textOf(document.lastCase, lastCaseToJson);
    const through = evaluatedThrough === null ? 'null' : `"${evaluatedThrough}"`;
    const end = `,"standing":${JSON.stringify(standing)},"source":${source},"predictor":${predictor},"case":${lastCase},"version":${version},"updated_at":"${updatedAt}","evaluated_through":${through},"as_of":null}`;
    return [words.subarray(0, -1), comma, answer.subarray(1, -1), Buffer.from(end)];
  };
}
