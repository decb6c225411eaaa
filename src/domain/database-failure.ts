import { Refusal } from './refusal.ts';

/** The code of the one failure that a new connection may avoid although this one works. */
const readOnlyCode = '25006';

/** No connection was opened. `08001` and `08004` are how poolers and servers refuse one. */
const connectCodes = [
  ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'ENOTFOUND', 'EAI_AGAIN', 'CONNECT_TIMEOUT'],
  ...['08001', '08004'],
];
/** The server accepts no connection yet, or not any more. */
const startingCodes = ['57P03'];
/** An open connection was lost, so what was sent on it may or may not have happened. */
const lostCodes = [
  ...['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT'],
  ...['CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED'],
  ...['08000', '08003', '08006', '08007', '08P01'],
];
/** The server ended a connection. */
const endedCodes = ['57P01', '57P02', '57P04', '57P05'];
/** The statement or transaction took too long. */
const slowCodes = ['57014', '55P03', '25P03', '25P04'];
/** A statement was prepared in another session. */
const sessionCodes = ['26000', '42P05'];
const conflictCodes = ['40001', '40P01'];

/**
 * Database failures that no request causes and that pass by themselves, by error code of PostgreSQL (appendix A of its
 * manual), the driver or the operating system. The same request may succeed a moment later.
 */
const reasons: ReadonlyMap<string, string> = new Map([
  ...named('the database is not reachable', [...connectCodes, ...lostCodes]),
  ...named('the database is restarting or was stopped', [...startingCodes, ...endedCodes]),
  ...named('the database has no connection free', ['53300', '53400']),
  ...named('the disk of the database is full', ['53100']),
  ...named('the database is short of memory', ['53000', '53200']),
  ...named('the database accepts only reads, as after a failover', [readOnlyCode]),
  ...named('the database took too long', slowCodes),
  ...named('the database session was replaced, as behind a connection pooler', sessionCodes),
  ...named('other requests changed the same rows', conflictCodes),
]);

function named(reason: string, codes: readonly string[]): [string, string][] {
  return codes.map((code) => [code, reason]);
}

/** Why the database cannot serve a request at the moment; null if the error is of another kind. */
export function transientReason(error: unknown): string | null {
  return reasons.get(codeOf(error) ?? '') ?? null;
}

/** Whether the database cannot serve anybody, whatever the statement. */
export function isDatabaseDown(error: unknown): boolean {
  if (error instanceof Refusal) return error.code === 'service_unavailable';
  return transientReason(error) !== null && !hasCode(error, [...conflictCodes, ...slowCodes, ...sessionCodes]);
}

/** Whether the database could not be connected to. */
export function isConnectFailure(error: unknown): boolean {
  return hasCode(error, [...connectCodes, ...startingCodes]);
}

/** Whether an open connection was lost. */
export function isConnectionLoss(error: unknown): boolean {
  return hasCode(error, [...lostCodes, ...endedCodes]);
}

/** Whether the server refused a write because it accepts only reads. */
export function isReadOnlyFailure(error: unknown): boolean {
  return hasCode(error, [readOnlyCode]);
}

/** Whether the database rolled a transaction back because of another one: the same transaction may succeed now. */
export function isConflict(error: unknown): boolean {
  return hasCode(error, conflictCodes);
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  const code = codeOf(error);
  return code !== null && codes.includes(code);
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null;
}
