import type { Stance } from '../domain/cases/stance.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

/** An item of the evidence packet of a case. */
export type EvidenceRow = {
  readonly id: string;
  readonly caseId: string;
  readonly url: string | null;
  readonly quote: string;
  /** Place within the source; null if none was recorded. */
  readonly locator: string | null;
  /** Whether `quote` has other words than the source. */
  readonly paraphrased: boolean;
  readonly stance: Stance;
  readonly addedBy: string;
  readonly addedAt: Instant;
};

/** An archived copy of the page or document of an item. */
export type CopyRow = {
  readonly evidenceId: string;
  readonly origin: 'uploaded' | 'fetched';
  readonly mediaType: string;
  /** In hex, of the content in UTF-8. */
  readonly sha256: string;
  readonly content: string;
  readonly archivedAt: Instant;
};

/** An item with what is known about its copy; null without one. */
export type ListedEvidence = EvidenceRow & {
  readonly copy: Omit<CopyRow, 'evidenceId' | 'content'> | null;
  /** Why the server could not fetch one; null if it did, is still trying, or was not asked to. */
  readonly copyProblem: string | null;
};

export async function insertEvidence(db: Sql, row: EvidenceRow): Promise<void> {
  await db`
    insert into case_evidence (id, case_id, url, quote, locator, paraphrased, stance, added_by, added_at)
    values (${row.id}, ${row.caseId}, ${row.url}, ${row.quote}, ${row.locator}, ${row.paraphrased},
      ${row.stance}, ${row.addedBy}, ${timestamp(row.addedAt)})`;
}

/** Stores the copy of an item, unless it has one. */
export async function insertCopy(db: Sql, row: CopyRow): Promise<void> {
  await db`
    insert into case_copies (evidence_id, origin, media_type, sha256, content, archived_at)
    values (${row.evidenceId}, ${row.origin}, ${row.mediaType}, ${row.sha256}, ${row.content}, ${timestamp(row.archivedAt)})
    on conflict do nothing`;
}

type JoinedEvidence = EvidenceRow & {
  readonly origin: CopyRow['origin'] | null;
  readonly mediaType: string | null;
  readonly sha256: string | null;
  readonly archivedAt: Instant | null;
  readonly copyProblem: string | null;
};

/** The packet of a case, in the order in which it grew. */
export async function listEvidence(db: Sql, caseId: string): Promise<ListedEvidence[]> {
  const rows = await db<JoinedEvidence[]>`
    select e.id, e.case_id as "caseId", e.url, e.quote, e.locator, e.paraphrased, e.stance, e.added_by as "addedBy",
      e.added_at as "addedAt", k.origin, k.media_type as "mediaType", k.sha256, k.archived_at as "archivedAt",
      case when f.due_at is null then f.problem end as "copyProblem"
    from case_evidence e left join case_copies k on k.evidence_id = e.id left join case_fetches f on f.evidence_id = e.id
    where e.case_id = ${caseId} order by e.seq`;
  return rows.map(({ origin, mediaType, sha256, archivedAt, ...row }) => {
    const known = origin !== null && mediaType !== null && sha256 !== null && archivedAt !== null;
    return { ...row, copy: known ? { origin, mediaType, sha256, archivedAt } : null };
  });
}

/** The beginnings of the copies of a packet. */
export async function listCopyExcerpts(
  db: Sql,
  caseId: string,
  charsMax: number,
): Promise<Pick<CopyRow, 'evidenceId' | 'mediaType' | 'content'>[]> {
  return await db<CopyRow[]>`
    select k.evidence_id as "evidenceId", k.media_type as "mediaType", left(k.content, ${charsMax}) as content
    from case_copies k join case_evidence e on e.id = k.evidence_id where e.case_id = ${caseId} order by e.seq`;
}

export async function findCopy(db: Sql, caseId: string, evidenceId: string): Promise<CopyRow | null> {
  const rows = await db<CopyRow[]>`
    select k.evidence_id as "evidenceId", k.origin, k.media_type as "mediaType", k.sha256, k.content, k.archived_at as "archivedAt"
    from case_copies k join case_evidence e on e.id = k.evidence_id where e.id = ${evidenceId} and e.case_id = ${caseId}`;
  return rows[0] ?? null;
}
