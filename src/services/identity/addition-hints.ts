import { type Addition, buildIdentity } from '../../domain/identity/additions.ts';
import { findConflict } from '../../domain/identity/conflicts.ts';
import type { IdentityEntry } from '../../domain/identity/entries.ts';
import type { UnreadName } from '../../domain/identity/hint-variants.ts';
import { type Hint, listHints } from '../../domain/identity/hints.ts';
import type { IdentityData } from '../../domain/identity/schema.ts';
import { findShadow } from '../../domain/identity/shadows.ts';
import type { IdentityTable } from '../../domain/identity/table.ts';

/** Finds out why an entry matches no stored name. `others` are the other additions; `table` includes the entry. */
export function findHints({ file, entry, table, others }: Tried, unread: readonly UnreadName[]): Hint[] {
  const without = buildIdentity(file, others, table.revision);
  const tryEntry = (variant: IdentityEntry): IdentityTable | null => {
    if ((findConflict(without.data, variant) ?? findShadow(without.table, variant)) !== null) return null;
    const built = buildIdentity(file, [...others, { id: '', entry: variant, reason: 'tried' }], table.revision);
    return built.idle.has('') ? null : built.table;
  };
  return listHints({ entry, table, tryEntry, unread });
}

type Tried = {
  readonly file: IdentityData;
  readonly entry: IdentityEntry;
  readonly table: IdentityTable;
  readonly others: readonly Addition[];
};
