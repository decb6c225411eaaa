import { beforeEach, describe, expect, test } from 'vitest';
import { type Bridge, bridgeLimits, createBridge } from '../../../src/store/embedded/bridge.ts';
import {
  encodeMessage,
  encodeQuery,
  splitAnswer,
  syncMessage,
  takeMessages,
} from '../../../src/store/embedded/wire.ts';

const flushMessage = encodeMessage('H', Buffer.alloc(0));
const startup = Buffer.from('\0\0\0\x08\0\x03\0\0', 'latin1');
const ready = encodeMessage('Z', Buffer.from('I'));

/** What the engine ran, in order; what each connection was sent, as message types; which ones were closed. */
let ran: string[];
let sent: Map<number, string>;
let closed: number[];
let inTransaction: boolean;
let bridge: Bridge;

beforeEach(() => {
  ran = [];
  sent = new Map();
  closed = [];
  inTransaction = false;
  bridge = createBridge(
    { run: async (messages) => runFake(messages), isInTransaction: () => inTransaction },
    { connectionsMax: 3, queuedBytesMax: 1000, idleInTransactionMsMax: bridgeLimits.idleInTransactionMsMax },
    {
      send: (connection, bytes) => {
        const types = takeMessages(bytes).messages.map((message) => message.type);
        sent.set(connection, (sent.get(connection) ?? '') + types.join(''));
      },
      disconnected: (connection) => closed.push(connection),
      working: () => {},
      broken: (error) => {
        throw error;
      },
    },
  );
});

/** Notes simple queries and Parse messages, keeps track of begin and rollback, and answers. */
function runFake(messages: Buffer): Buffer {
  if (messages.equals(startup)) return ready;
  const answers: Buffer[] = [];
  for (const { type, bytes } of takeMessages(messages).messages) {
    if (type === 'Q' || type === 'P') ran.push(bytes.subarray(5).toString().replaceAll('\0', ' ').trim());
    if (type === 'Q') {
      const sql = bytes.toString();
      if (sql.includes('begin')) inTransaction = true;
      if (sql.includes('commit') || sql.includes('rollback')) inTransaction = false;
      if (sql.includes('notify')) answers.push(encodeMessage('A', Buffer.from('\0\0\0\x01channel\0payload\0')));
      answers.push(encodeMessage('C', Buffer.from('OK\0')));
    }
    if (type === 'P') answers.push(encodeMessage('1', Buffer.alloc(0)));
    if (type === 'Q' || type === 'S') answers.push(ready);
  }
  return Buffer.concat(answers);
}

function parse(sql: string): Buffer {
  return encodeMessage('P', Buffer.from(`\0${sql}\0\0\0`));
}

/** The queue is empty when every promise that could settle has. */
async function drain(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
}

describe('interleaved connections', () => {
  test('a transaction on one connection makes the others wait until it ends', async () => {
    bridge.write(1, Buffer.concat([startup, encodeQuery('begin')]));
    await drain();
    bridge.write(2, Buffer.concat([startup, encodeQuery('select 2')]));
    bridge.write(1, encodeQuery('select 1'));
    await drain();
    expect(ran).toEqual(['begin', 'select 1']);
    bridge.write(1, encodeQuery('commit'));
    await drain();
    expect(ran).toEqual(['begin', 'select 1', 'commit', 'select 2']);
  });

  test('between Flush and Sync the engine serves one connection only', async () => {
    bridge.write(1, Buffer.concat([startup, parse('select 1'), flushMessage]));
    await drain();
    bridge.write(2, Buffer.concat([startup, encodeQuery('select 2')]));
    await drain();
    expect(ran).toEqual(['select 1']);
    bridge.write(1, syncMessage);
    await drain();
    expect(ran).toEqual(['select 1', 'select 2']);
  });

  test('a batch does not run before its Sync, however it is split into packets', async () => {
    const bytes = Buffer.concat([startup, parse('select 1'), syncMessage]);
    for (const byte of bytes.subarray(0, -1)) bridge.write(1, Buffer.from([byte]));
    await drain();
    expect(ran).toEqual([]);
    bridge.write(1, bytes.subarray(-1));
    await drain();
    expect(ran).toEqual(['select 1']);
    expect(sent.get(1)).toBe('Z1Z');
  });
});

describe('a client that disconnects', () => {
  test('during a transaction has it rolled back before any other connection runs', async () => {
    bridge.write(1, Buffer.concat([startup, encodeQuery('begin')]));
    await drain();
    bridge.write(2, Buffer.concat([startup, encodeQuery('select 2')]));
    bridge.disconnect(1);
    await drain();
    expect(ran).toEqual(['begin', 'abandoned', 'rollback', 'select 2']);
  });

  test('between Flush and Sync has its batch aborted, not committed', async () => {
    bridge.write(1, Buffer.concat([startup, parse('insert'), flushMessage]));
    await drain();
    bridge.disconnect(1);
    await drain();
    expect(ran).toEqual(['insert', 'abandoned', 'rollback']);
  });

  test('while its statement is queued prevents the statement from running', async () => {
    bridge.write(1, Buffer.concat([startup, encodeQuery('begin')]));
    await drain();
    bridge.write(2, Buffer.concat([startup, encodeQuery('select 2')]));
    bridge.disconnect(2);
    bridge.write(1, encodeQuery('commit'));
    await drain();
    expect(ran).toEqual(['begin', 'commit']);
  });
});

describe('limits', () => {
  test('a connection above the limit receives an error and is closed', async () => {
    for (const connection of [1, 2, 3, 4]) bridge.write(connection, startup);
    await drain();
    expect(sent.get(4)).toBe('E');
    expect(closed).toEqual([4]);
  });

  test('an oversized message is rejected before it has arrived', async () => {
    bridge.write(1, startup);
    bridge.write(1, Buffer.concat([encodeQuery('x'.repeat(2000)).subarray(0, 1500)]));
    await drain();
    expect(closed).toEqual([1]);
    expect(ran).toEqual([]);
  });

  test('processed bytes do not count towards the limit', async () => {
    bridge.write(1, startup);
    for (let round = 0; round < 20; round += 1) {
      bridge.write(1, encodeQuery('x'.repeat(500)));
      await drain();
    }
    expect(closed).toEqual([]);
    expect(ran).toHaveLength(20);
  });

  test('an invalid message closes the connection', async () => {
    bridge.write(1, Buffer.concat([startup, Buffer.from('Q\0\0\0\0')]));
    bridge.write(2, Buffer.from('GET / HTTP/1.1\r\n'));
    await drain();
    expect(closed).toEqual([1, 2]);
  });
});

test('a notification reaches every connection', async () => {
  bridge.write(1, startup);
  bridge.write(2, Buffer.concat([startup, encodeQuery('notify channel')]));
  await drain();
  expect(sent.get(1)).toBe('ZA');
  expect(sent.get(2)).toBe('ZACZ');
});

test('a cancel request closes the connection', async () => {
  const cancel = Buffer.alloc(16);
  cancel.writeInt32BE(16, 0);
  cancel.writeInt32BE(80877102, 4);
  bridge.write(1, cancel);
  await drain();
  expect(closed).toEqual([1]);
});

test.each([
  { engine: 'EZZ', owed: true, reply: 'EZ' },
  { engine: 'EZ', owed: false, reply: 'E' },
  { engine: 'C', owed: true, reply: 'CZ' },
])('of $engine a batch is answered $reply: one ReadyForQuery per Sync', ({ engine, owed, reply }) => {
  const answer = Buffer.concat([...engine].map((type) => encodeMessage(type, Buffer.from('I'))));
  const types = takeMessages(splitAnswer(answer, owed, false).reply).messages.map((message) => message.type);
  expect(types.join('')).toBe(reply);
});
