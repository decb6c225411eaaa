import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../../domain/refusal.ts';
import { withoutShownOnce } from '../../services/access/audit.ts';
import type { AnswerText } from '../../services/access/writes.ts';
import type { Reply } from './reply.ts';

const keyCharsMax = 255;

/**
 * The key that a client gives a request. Formally a quoted string of a structured field (RFC 8941), but most clients send it
 * bare: both are the same key here. Refuses with `bad_request` what is neither.
 */
export function readIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  const text = header.trim();
  const key = text.startsWith('"') ? unquote(text) : text;
  if (key !== null && key.length <= keyCharsMax && /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(key)) return key;
  throw new Refusal(
    'bad_request',
    `Idempotency-Key takes 1 to ${keyCharsMax} printable ASCII characters, bare or in double quotes`,
  );
}

function unquote(text: string): string | null {
  const inside = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/.exec(text)?.[1];
  return inside?.replaceAll(/\\(["\\])/g, '$1') ?? null;
}

/** What a request asked for, to tell a repetition from another request. */
export function fingerprintOf(search: URLSearchParams, body: string | Uint8Array): string {
  return createHash('sha256').update(`${search.toString()}\n`).update(body).digest('hex');
}

const replySchema = z.object({
  status: z.union([z.literal(200), z.literal(201), z.literal(204)]).optional(),
  body: z.unknown().optional(),
  version: z.int().optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

/** An answer as it is kept: without what is shown only once. */
export const keptReply: AnswerText<Reply> = {
  write: ({ status, body, version, headers }) =>
    JSON.stringify({ status, body: withoutShownOnce(body), version, headers }),
  read: (text) => {
    const { status, version, headers, body } = replySchema.parse(JSON.parse(text));
    return {
      ...(status === undefined ? {} : { status }),
      ...(version === undefined ? {} : { version }),
      ...(headers === undefined ? {} : { headers }),
      body,
    };
  },
};
