import { type AuditFilter, type AuditRow, insertAudit, listAudit } from '../store/audit.ts';
import type { Sql } from '../store/db.ts';
import type { Deps } from './deps.ts';

/** Who changes things from a shell. */
export const shellActor = 'cli';

/** Fields of documents that hold a secret: an audit shows that they were there to nobody. */
const secretFields: ReadonlySet<string> = new Set(['key', 'secret', 'headers']);

/** A document without its secrets, however deep they lie. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !secretFields.has(name))
      .map(([name, field]) => [name, withoutSecrets(field)]),
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
    before: withoutSecrets(input.before),
    after: withoutSecrets(input.after),
  });
}

/** Changes, newest first. */
export async function listAuditPage(
  deps: Deps,
  filter: AuditFilter,
  page: { before: number | null; limit: number },
): Promise<(AuditRow & { seq: number })[]> {
  return await listAudit(deps.db.sql, filter, page);
}
