/**
 * The part of the PostgreSQL frontend/backend protocol 3.0 that the bridge needs: how messages are framed, which ones
 * end a batch, and how to write its own responses. Source: PostgreSQL documentation, "Frontend/Backend Protocol",
 * message formats.
 */

export const startupHeaderBytes = 8;
export const messageHeaderBytes = 5;

const cancelRequestCode = 80877102;
const protocolVersion3 = 196608;

/** The first packet of a connection. Encryption requests and unknown versions are `unsupported`. */
export type StartupKind = 'startup' | 'cancel' | 'unsupported';

/** A frontend message: its type byte as a letter and all of its bytes, header included. */
export type Message = { readonly type: string; readonly bytes: Buffer };

/** Splits off the first packet of a connection, which has no type byte; null while it is incomplete. */
export function takeStartup(input: Buffer): { kind: StartupKind; bytes: Buffer; rest: Buffer } | null {
  if (input.length < startupHeaderBytes) return null;
  const length = input.readInt32BE(0);
  const code = input.readInt32BE(4);
  const kind = code === protocolVersion3 ? 'startup' : code === cancelRequestCode ? 'cancel' : 'unsupported';
  if (length < startupHeaderBytes || kind === 'unsupported') {
    return { kind: 'unsupported', bytes: input, rest: Buffer.alloc(0) };
  }
  if (input.length < length) return null;
  return { kind, bytes: input.subarray(0, length), rest: input.subarray(length) };
}

/** The whole length, with the type byte, of the message at `offset`; null while its header is incomplete. */
export function announcedBytes(input: Buffer, offset: number): number | null {
  if (input.length - offset < messageHeaderBytes) return null;
  return 1 + input.readInt32BE(offset + 1);
}

/** Splits complete messages off the start of `input`. Stops at an impossible length: `malformed`. */
export function takeMessages(input: Buffer): { messages: Message[]; rest: Buffer; malformed: boolean } {
  const messages: Message[] = [];
  let offset = 0;
  for (;;) {
    const length = announcedBytes(input, offset);
    if (length !== null && length < messageHeaderBytes) {
      return { messages, rest: input.subarray(offset), malformed: true };
    }
    if (length === null || input.length - offset < length) {
      return { messages, rest: input.subarray(offset), malformed: false };
    }
    const bytes = input.subarray(offset, offset + length);
    messages.push({ type: String.fromCharCode(bytes.readUInt8(0)), bytes });
    offset += length;
  }
}

/** One message: type letter, length, body. */
export function encodeMessage(type: string, body: Buffer): Buffer {
  const message = Buffer.alloc(messageHeaderBytes + body.length);
  message.write(type, 0, 'latin1');
  message.writeInt32BE(4 + body.length, 1);
  body.copy(message, messageHeaderBytes);
  return message;
}

/** A simple query message. */
export function encodeQuery(sql: string): Buffer {
  return encodeMessage('Q', Buffer.from(`${sql}\0`));
}

export const syncMessage: Buffer = encodeMessage('S', Buffer.alloc(0));

/** An ErrorResponse of severity FATAL, the last message of a connection. `code` is a SQLSTATE. */
export function encodeFatalError(code: string, message: string): Buffer {
  return encodeMessage('E', Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`));
}

/**
 * Splits an engine's response to one batch. Notifications go to every connection. An engine that runs one batch at a
 * time may end a failed batch with several ReadyForQuery messages, or a flushed one with one; a client counts them, so
 * `readyForQuery` says whether the batch must have exactly one.
 */
export function splitAnswer(
  answer: Buffer,
  readyForQuery: boolean,
  inTransaction: boolean,
): { reply: Buffer; notifications: Buffer } {
  const reply: Buffer[] = [];
  const notifications: Buffer[] = [];
  let ready: Buffer = encodeMessage('Z', Buffer.from(inTransaction ? 'T' : 'I'));
  for (const { type, bytes } of takeMessages(answer).messages) {
    if (type === 'A') notifications.push(bytes);
    else if (type === 'Z') ready = bytes;
    else reply.push(bytes);
  }
  if (readyForQuery) reply.push(ready);
  return { reply: Buffer.concat(reply), notifications: Buffer.concat(notifications) };
}
