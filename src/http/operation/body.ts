import type { Context } from 'hono';
import { payloadBytesMax } from '../../domain/feeds/adapter.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { HttpEnv } from '../deps.ts';
import { findDuplicateKeys } from './duplicate-keys.ts';
import { findUnstorableText } from './text.ts';

/** Size limit of a JSON body. */
export const bodyBytesMax = 1024 * 1024;
/** Size limit of one archived payload. */
export const snapshotBytesMax = payloadBytesMax;

/** Reads the whole body, with a declared length or chunked. Refuses with `body_too_large` as soon as the limit is exceeded. */
export async function readBytes(c: Context<HttpEnv>, bytesMax: number): Promise<Uint8Array> {
  refuseEncoding(c.req.header('content-encoding'));
  const declared = c.req.header('content-length');
  if (declared !== undefined && Number(declared) > bytesMax) throw tooLarge(bytesMax);
  try {
    if (declared !== undefined) return new Uint8Array(await c.req.arrayBuffer());
    return await readChunks(c.req.raw.body, bytesMax);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('bad_request', 'the body ended before it was complete');
  }
}

async function readChunks(body: ReadableStream<Uint8Array> | null, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.byteLength;
    if (size > bytesMax) {
      void reader.cancel().catch(() => {});
      throw tooLarge(bytesMax);
    }
    chunks.push(next.value);
  }
  return Buffer.concat(chunks);
}

function tooLarge(bytesMax: number): Refusal {
  return new Refusal('body_too_large', `the body must have at most ${bytesMax} bytes`);
}

function refuseEncoding(encoding: string | undefined): void {
  if (encoding === undefined || encoding.trim().toLowerCase() === 'identity') return;
  throw new Refusal('unsupported_media_type', 'Content-Encoding is not supported; send the body unencoded');
}

/**
 * Reads a JSON body of one of the media types. Refuses with `unsupported_media_type`, `body_too_large`, `invalid_json`,
 * and with `validation_failed` if a text in it cannot be stored or a member is given twice. If the body is `optional`, an
 * empty one means `{}`.
 */
export async function readJson(c: Context<HttpEnv>, mediaTypes: readonly string[], optional = false): Promise<unknown> {
  const contentType = c.req.header('content-type');
  if (contentType !== undefined) requireMediaType(contentType, mediaTypes);
  const bytes = await readBytes(c, bodyBytesMax);
  if (bytes.byteLength === 0 && optional) return {};
  if (bytes.byteLength === 0) throw new Refusal('invalid_json', `the body is empty; send ${mediaTypes[0]}`);
  if (contentType === undefined)
    throw new Refusal(
      'unsupported_media_type',
      `the request has a body but no Content-Type; send Content-Type: ${mediaTypes[0]}`,
    );
  return parseJson(bytes);
}

function requireMediaType(contentType: string, mediaTypes: readonly string[]): void {
  const [essence, ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const known = mediaTypes.some((mediaType) => mediaType === essence);
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '');
  if (known && (charset === undefined || charset === 'utf-8' || charset === 'utf8')) return;
  throw new Refusal(
    'unsupported_media_type',
    `send ${mediaTypes.join(' or ')} in UTF-8, not ${contentType.slice(0, 100)}`,
  );
}

/**
 * Parses a JSON body. Refuses with `invalid_json`, or `validation_failed` if a text in it cannot be stored or an object has a
 * member twice.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const { value, text } = decodeJson(bytes);
  const unstorable = findUnstorableText(value);
  // Only storable keys can be repeated in an error.
  const errors = unstorable.length > 0 ? unstorable : findDuplicateKeys(text);
  if (errors.length > 0) throw new Refusal('validation_failed', errors[0]?.detail ?? '', errors);
  return value;
}

function decodeJson(bytes: Uint8Array): { readonly value: unknown; readonly text: string } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { value: JSON.parse(text), text };
  } catch (error) {
    throw new Refusal(
      'invalid_json',
      `the body is not JSON in UTF-8: ${error instanceof SyntaxError ? error.message : 'it is not UTF-8'}`,
    );
  }
}
