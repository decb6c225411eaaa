import { describe, expect, it } from 'vitest';
import { transientReason } from '../../src/domain/database-failure.ts';

const withCode = (code: string): Error => Object.assign(new Error('failed'), { code });

describe('a failure of the database', () => {
  it.each([
    ['ECONNRESET', 'the database is not reachable'],
    ['EPIPE', 'the database is not reachable'],
    ['ETIMEDOUT', 'the database is not reachable'],
    ['ENOTFOUND', 'the database is not reachable'],
    ['EAI_AGAIN', 'the database is not reachable'],
    ['CONNECT_TIMEOUT', 'the database is not reachable'],
    ['CONNECTION_CLOSED', 'the database is not reachable'],
    ['08006', 'the database is not reachable'],
    ['57P01', 'the database is restarting or was stopped'],
    ['53300', 'the database has no connection free'],
    ['53100', 'the disk of the database is full'],
    ['25006', 'the database accepts only reads, as after a failover'],
    ['57014', 'the database took too long'],
    ['55P03', 'the database took too long'],
    ['26000', 'the database session was replaced, as behind a connection pooler'],
    ['40001', 'other requests changed the same rows'],
    ['40P01', 'other requests changed the same rows'],
  ])('with the code %s passes by itself: %s', (code, reason) => {
    expect(transientReason(withCode(code))).toBe(reason);
  });

  it.each(['23505', '23503', '22P02', '42601', '42P01', '25P02', '0A000'])('with the code %s is a bug', (code) => {
    expect(transientReason(withCode(code))).toBeNull();
  });

  it('without a code is a bug', () => {
    expect(transientReason(new Error('ECONNRESET'))).toBeNull();
    expect(transientReason({ code: 'ECONNRESET' })).toBeNull();
  });
});
