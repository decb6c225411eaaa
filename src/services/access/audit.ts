import { type AuditFilter, type AuditRow, insertAudit, listAudit } from '../../store/audit.ts';
import type { Sql } from '../../store/db.ts';
import type { Deps } from '../deps.ts';

/** The actor of changes made by a command. */
export const shellActor = 'cli';

/** Fields that the audit log omits: the headers of an endpoint may contain a password. */
const secretFields: ReadonlySet<string> = new Set(['key', 'secret', 'headers']);

/** Omits keys, and makes secrets null, at any depth: both are shown only once. A response may lack its key, but not its secret. */
export function withoutShownOnce(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutShownOnce);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'key')
      .map(([name, field]) => [name, name === 'secret' ? null : withoutShownOnce(field)]),
  );
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

/** A change to record: `before` is null for a created resource, `after` for a deleted one. */
export type AuditInput = Omit<AuditRow, 'id' | 'recordedAt'>;

/** Records a change without its secrets, in the transaction that makes it. */
export async function recordAudit(tx: Sql, deps: Pick<Deps, 'newId' | 'now'>, input: AuditInput): Promise<void> {
  await insertAudit(tx, {
    ...input,
    id: deps.newId('aud'),
    recordedAt: deps.now(),
    before: withoutFields(input.before, secretFields),
    after: withoutFields(input.after, secretFields),
  });
}

/** Recorded changes, newest first. */
export async function listAuditEntries(
  deps: Deps,
  filter: AuditFilter,
  page: { before: number | null; limit: number },
): Promise<(AuditRow & { seq: number })[]> {
  return await listAudit(deps.db.sql, filter, page);
}
