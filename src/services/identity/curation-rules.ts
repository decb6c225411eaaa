import type { BuiltIdentity } from '../../domain/identity/additions.ts';
import { findConflict } from '../../domain/identity/conflicts.ts';
import type { IdentityEntry } from '../../domain/identity/entries.ts';
import { findShadow } from '../../domain/identity/shadows.ts';
import { Refusal } from '../../domain/refusal.ts';

/** Refuses an entry that contradicts the rest of the identity data. */
export function requireEntry({ table, data }: BuiltIdentity, entry: IdentityEntry): void {
  const problem = findConflict(data, entry) ?? findShadow(table, entry);
  if (problem !== null) throw refuseEntry(problem.detail, problem.pointer);
}

/** `pointer` is relative to the entry, for example `/tier`. */
export function refuseEntry(detail: string, pointer = ''): Refusal {
  return new Refusal('validation_failed', detail, [{ detail, pointer: `#/entry${pointer}` }]);
}
