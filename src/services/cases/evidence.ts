import { createHash } from 'node:crypto';
import type { Caller } from '../../domain/access/api-key.ts';
import type { CopyMediaType } from '../../domain/cases/copy.ts';
import type { Stance } from '../../domain/cases/stance.ts';
import type { Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import {
  type CopyRow,
  findCopy,
  insertCopy,
  insertEvidence,
  type ListedEvidence,
  listEvidence,
} from '../../store/case-evidence.ts';
import { insertFetch } from '../../store/case-fetches.ts';
import { lockCase } from '../../store/cases.ts';
import type { Sql } from '../../store/db.ts';
import type { Deps } from '../deps.ts';
import { requireCase } from './cases.ts';
import { requireOpenRound } from './membership.ts';

export type { ListedEvidence } from '../../store/case-evidence.ts';

/** The most items of one packet. */
export const evidenceItemsMax = 200;

export type EvidenceInput = {
  readonly url: string | null;
  readonly quote: string;
  readonly stance: Stance;
  /** A copy that the caller archived; null if it has none. */
  readonly copy: { readonly mediaType: CopyMediaType; readonly content: string } | null;
  /** Whether the server fetches a copy of the page at `url`, if there is no other one. */
  readonly fetch: boolean;
};

/**
 * Adds an item to the packet of a case, which is open as long as votes are. Refuses with `conflict` after that, and one item too
 * many.
 */
export async function createCaseEvidence(
  deps: Deps,
  caseId: string,
  input: EvidenceInput,
  caller: Caller,
): Promise<ListedEvidence> {
  return await deps.db.begin(async (tx) => {
    await requireCase(tx, caseId);
    await lockCase(tx, caseId);
    const row = await requireCase(tx, caseId);
    if (row.last.state !== 'postponed') requireOpenRound(row, deps.now());
    const [item] = await appendEvidence(tx, deps, caseId, [input], { caller, now: deps.now() });
    if (item === undefined) throw new Error('an item was not appended');
    return item;
  });
}

/** Appends items to a packet. The case must be locked. Refuses with `conflict` more than `evidenceItemsMax`. */
export async function appendEvidence(
  tx: Sql,
  deps: Deps,
  caseId: string,
  inputs: readonly EvidenceInput[],
  { caller, now }: { readonly caller: Caller; readonly now: Instant },
): Promise<ListedEvidence[]> {
  const packet = await listEvidence(tx, caseId);
  if (packet.length + inputs.length > evidenceItemsMax)
    throw new Refusal('conflict', `a packet has at most ${evidenceItemsMax} items; this one has ${packet.length}`);
  const items: ListedEvidence[] = [];
  for (const { url, quote, stance, copy, fetch } of inputs) {
    const words = { quote, locator: null, paraphrased: false };
    const item = { id: deps.newId('evi'), caseId, url, ...words, stance, addedBy: caller.id, addedAt: now };
    await insertEvidence(tx, item);
    const archived = copy === null ? null : archive(copy, now);
    if (archived !== null && copy !== null)
      await insertCopy(tx, { evidenceId: item.id, ...archived, content: copy.content });
    if (fetch && url !== null && copy === null) await insertFetch(tx, item.id, now);
    items.push({ ...item, copy: archived, copyProblem: null });
  }
  return items;
}

function archive(copy: NonNullable<EvidenceInput['copy']>, archivedAt: Instant) {
  const sha256 = createHash('sha256').update(copy.content, 'utf8').digest('hex');
  return { origin: 'uploaded' as const, mediaType: copy.mediaType, sha256, archivedAt };
}

/** The archived copy of an item. Refuses with `not_found`. */
export async function getCaseEvidenceCopy(deps: Deps, caseId: string, evidenceId: string): Promise<CopyRow> {
  const copy = await findCopy(deps.db.sql, caseId, evidenceId);
  if (copy !== null) return copy;
  await requireCase(deps.db.sql, caseId);
  throw new Refusal(
    'not_found',
    `the case ${caseId} has no item ${evidenceId} with an archived copy; GET /v1/cases/${caseId} lists its items`,
  );
}
