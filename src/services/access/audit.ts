import { type AuditFilter, type AuditRow, insertAudit, listAudit } from '../../store/audit.ts';
import type { Sql } from '../../store/db.ts';
import type { Deps } from '../deps.ts';

/** Who changes things from a shell. */
export const shellActor = 'cli';

/** Fields that are shown in one answer and never again. */
const shownOnceFields: ReadonlySet<string> = new Set(['key', 'secret']);
/** Fields that the audit shows to nobody: headers that a subscriber asks for may hold a password. */
const secretFields: ReadonlySet<string> = new Set([...shownOnceFields, 'headers']);

/** A document without what is shown only once, however deep it lies. */
export function withoutShownOnce(value: unknown): unknown {
  return withoutFields(value, shownOnceFields);
}

function withoutFields(value: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((entry) => withoutFields(entry, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !names.has(name))
      .map(([name, field]) => [name, withoutFields(field, names)]),
  );
}

/** What was done, as documents: `before` null where it was not there before, `after` null where it is gone. */
export type AuditInput = Omit<AuditRow, 'id' | 'recordedAt'>;

/** Writes one change down, without its secrets, in the transaction that makes it. */
export async function recordAudit(tx: Sql, deps: Pick<Deps, 'newId' | 'now'>, input: AuditInput): Promise<void> {
  await insertAudit(tx, {
    ...input,
    id: deps.newId('aud'),
    recordedAt: deps.now(),
    before: withoutFields(input.before, secretFields),
    after: withoutFields(input.after, secretFields),
  });
}

/** Changes, newest first. */
export async function listAuditEntries(
  deps: Deps,
  filter: AuditFilter,
  page: { before: number | null; limit: number },
): Promise<(AuditRow & { seq: number })[]> {
  return await listAudit(deps.db.sql, filter, page);
}
