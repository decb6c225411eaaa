import type { KnownInterests } from '../../domain/cases/panel-rules.ts';
import { listInterests, listKeysOfHolders } from '../../store/case-votes.ts';
import type { CaseRow } from '../../store/cases.ts';
import type { Sql } from '../../store/db.ts';

/** What is known about interests in the claim of a case. A key that replaced another, or was replaced, is of the same person. */
export async function findKnownInterests(db: Sql, row: CaseRow): Promise<KnownInterests> {
  const { id, predictorId, recordedBy } = row;
  const declared = await listInterests(db, id);
  const involved = [...declared.map(({ member }) => member), ...(recordedBy === null ? [] : [recordedBy])];
  const keys = await listKeysOfHolders(db, involved);
  const keysOf = (keyId: string | null) => keys.filter(({ holder }) => holder === keyId).map((key) => key.id);
  return {
    predictorId,
    recordedBy: new Set(keysOf(recordedBy)),
    declaredBy: new Map(
      declared.flatMap(({ member, interest }) => keysOf(member).map((id) => [id, interest] as const)),
    ),
  };
}
