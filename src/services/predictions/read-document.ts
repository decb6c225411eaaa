import type { Database, Sql } from '../../store/db.ts';
import { findDocument, findDocumentBySlug } from '../../store/prediction-documents.ts';
import type { Deps } from '../deps.ts';
import { type DocumentText, textOf } from './documents.ts';

/** The documents that are kept in memory while nothing changes. */
const documentsMax = 2000;

/** Documents that were read at one count of changes, by id or slug. */
type Read = { readonly changes: number; readonly documents: Map<string, DocumentText> };

const readByDatabase = new WeakMap<Database, Read>();

/**
 * The kept document of a prediction by id, slug or former slug; null if it must be computed, or if there is no such
 * prediction. On a database that only this process writes to, a document that was read is kept until anything may have changed.
 */
export async function readDocument(db: Sql, deps: Deps, idOrSlug: string): Promise<DocumentText | null> {
  const documents = documentsReadBefore(deps.db);
  const known = documents?.get(idOrSlug);
  if (known !== undefined) return known;
  const kept = idOrSlug.startsWith('pred_') ? await findDocument(db, idOrSlug) : await findDocumentBySlug(db, idOrSlug);
  if (kept === null) return null;
  const document = await textOf(deps, kept);
  if (documents !== null && documents.size < documentsMax) documents.set(idOrSlug, document);
  return document;
}

/** Null on a database that other processes can change. A document read meanwhile belongs to the count before it was read. */
function documentsReadBefore(db: Database): Map<string, DocumentText> | null {
  if (db.changeCount === null) return null;
  const changes = db.changeCount();
  const read = readByDatabase.get(db);
  if (read?.changes === changes) return read.documents;
  const documents = new Map<string, DocumentText>();
  readByDatabase.set(db, { changes, documents });
  return documents;
}
