import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../../domain/refusal.ts';
import { withoutShownOnce } from '../../services/access/audit.ts';
import type { ResultCodec } from '../../services/access/writes.ts';
import type { Reply } from './reply.ts';

const keyCharsMax = 255;

/**
 * Parses an Idempotency-Key. Formally it is a quoted string (RFC 8941), but most clients send it without quotes; both forms
 * are the same key. Refuses anything else with `bad_request`.
 */
export function readIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  const text = header.trim();
  const key = text.startsWith('"') ? unquote(text) : text;
  if (key !== null && key.length <= keyCharsMax && /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(key)) return key;
  throw new Refusal(
    'bad_request',
    `Idempotency-Key must be 1 to ${keyCharsMax} printable ASCII characters, with or without double quotes`,
  );
}

function unquote(text: string): string | null {
  const inside = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/.exec(text)?.[1];
  return inside?.replaceAll(/\\(["\\])/g, '$1') ?? null;
}

/** A hash of the query and the body, to recognise another request under the same key. */
export function fingerprintOf(search: URLSearchParams, body: string | Uint8Array): string {
  return createHash('sha256').update(`${search.toString()}\n`).update(body).digest('hex');
}

const replySchema = z.object({
  status: z.union([z.literal(200), z.literal(201), z.literal(204)]).optional(),
  body: z.unknown().optional(),
  version: z.int().optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

/** A reply as it is stored, without the fields that are shown only once. */
export const replyCodec: ResultCodec<Reply> = {
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
