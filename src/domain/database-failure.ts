/**
 * Database failures that no request causes and that pass by themselves, by error code of PostgreSQL (appendix A of its
 * manual), the driver or the operating system. The same request may succeed a moment later.
 */
const reasons: ReadonlyMap<string, string> = new Map([
  ...named('the database is not reachable', [
    ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'],
    ...['ENOTFOUND', 'EAI_AGAIN'],
    ...['CONNECT_TIMEOUT', 'CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED'],
    ...['08000', '08001', '08003', '08004', '08006', '08007', '08P01'],
  ]),
  ...named('the database is restarting or was stopped', ['57P01', '57P02', '57P03', '57P04', '57P05']),
  ...named('the database has no connection free', ['53300', '53400']),
  ...named('the disk of the database is full', ['53100']),
  ...named('the database is short of memory', ['53000', '53200']),
  ...named('the database accepts only reads, as after a failover', ['25006']),
  ...named('the database took too long', ['57014', '55P03', '25P03', '25P04']),
  ...named('the database session was replaced, as behind a connection pooler', ['26000', '42P05']),
  ...named('other requests changed the same rows', ['40001', '40P01']),
]);

function named(reason: string, codes: readonly string[]): [string, string][] {
  return codes.map((code) => [code, reason]);
}

/** Why the database cannot serve a request at the moment; null if the error is of another kind. */
export function transientReason(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return reasons.get(String(error.code)) ?? null;
}
