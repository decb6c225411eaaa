import { afterEach, describe, expect, inject, test } from 'vitest';
import { type Client, openClient } from '../../src/store/server-client.ts';

const options = {
  poolMax: 1,
  queryMsMax: 60_000,
  lockMsMax: 5000,
  idleInTransactionMsMax: 10_000,
  // Longer than the test may take: it must not be this limit that ends the wait.
  connectSecondsMax: 600,
  prepares: true,
};

let client: Client;
afterEach(() => client.end(0));

/**
 * Loses the connection in the turn of the event loop in which the driver has a message to send, as under load: the close is
 * reported after the timers of this turn and before the driver's own.
 */
function loseWhileSending(): Promise<unknown> {
  return new Promise((resolve) => {
    setImmediate(() => {
      client.sockets.destroy();
      resolve(client.sql`select 1`.catch((error: unknown) => error));
    });
  });
}

describe('a connection that is lost while a message waits to be sent', () => {
  test('is reported when it opens again, because the driver cannot send on it any more', async () => {
    const reports: string[] = [];
    client = openClient(
      { ...options, databaseUrl: inject('server').url },
      { onFailure: () => reports.push('failure'), onMute: () => reports.push('mute') },
    );
    await client.sql`select 1`;
    expect(await loseWhileSending()).toMatchObject({ code: 'CONNECTION_CLOSED' });
    await expect(client.sql`select 2 as two`).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(reports).toEqual(['mute']);
  });

  test('of which nothing waits to be sent opens again without a report', async () => {
    const reports: string[] = [];
    client = openClient(
      { ...options, databaseUrl: inject('server').url },
      { onFailure: () => reports.push('failure'), onMute: () => reports.push('mute') },
    );
    await client.sql`select 1`;
    client.sockets.destroy();
    await expect.poll(() => client.sql`select 2 as two`.catch(() => null)).toEqual([{ two: 2 }]);
    expect(reports).toEqual([]);
  });
});
