import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Caller } from '../../domain/access/api-key.ts';
import { Refusal, type RefusalCode } from '../../domain/refusal.ts';
import { withCurrentIdentity } from '../../services/identity/identity.ts';
import type { HttpDeps, HttpEnv } from '../deps.ts';
import { type Access, authenticate } from './auth.ts';
import { readBytes, readJson } from './body.ts';
import { listingOf } from './cursor.ts';
import { type Deprecation, deprecationHeaders } from './deprecation.ts';
import { type Expected, expectedVersions } from './etag.ts';
import { fingerprintOf, readIdempotencyKey } from './idempotency.ts';
import { baseOf, type Hints, parseInput, readPathParameters, readQuery, searchOf } from './input.ts';
import { limitRequest } from './rate-limit.ts';
import { type Reply, respond, type Target } from './reply.ts';
import { runWrite } from './write.ts';

/** The names in braces of a path. */
type PathName<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathName<Rest>
  : never;

type Described = { readonly description: string; readonly example: string };

/** What an operation answers when all is well. */
type Answer = {
  readonly status: 200 | 201 | 204;
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly example?: unknown;
  readonly mediaType?: string;
};

type BodySpec<B> = {
  readonly schema: B;
  readonly example: unknown;
  readonly mediaTypes?: readonly string[];
  readonly hints?: Hints;
  /** No body at all then means an empty object. */
  readonly optional?: boolean;
};

/** Bytes as they are, of any media type. */
type RawSpec = { readonly bytesMax: number; readonly description: string; readonly example: unknown };

/** One operation of the API: what it is called, what it takes and answers, and what it does. */
export type OperationSpec<Path extends string, Q extends z.ZodRawShape, B extends z.ZodType> = {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  readonly path: Path;
  /** The service verb. */
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly access: Access;
  /** It is on its way out: the document and every answer say so. */
  readonly deprecated?: Deprecation;
  readonly params?: { readonly [Name in PathName<Path>]: Described };
  readonly query?: Q;
  readonly body?: BodySpec<B>;
  readonly raw?: RawSpec;
  readonly ifMatch?: boolean;
  /** What must be asked of the outside before anything is changed, with no transaction open. */
  readonly prepare?: (http: HttpDeps, input: OperationInput<Path, Q, B>) => Promise<void>;
  /** It tells of what comes in by itself: a moment's lag is nobody's loss, and it may be read from a replica. */
  readonly bearsLag?: boolean;
  /** It answers with a stream, which is never the same twice. */
  readonly streams?: boolean;
  /** Such a stream goes on where its reader stopped: it takes `Last-Event-ID`. */
  readonly resumes?: boolean;
  /** The document that this changes, as it is, for the audit. */
  readonly before?: (http: HttpDeps, params: { readonly [Name in PathName<Path>]: string }) => Promise<unknown>;
  /** It speaks to the outside, so that no transaction can be held around it. */
  readonly apart?: boolean;
  /** How long its transaction may take, where it takes longer than most. */
  readonly writeMsMax?: number;
  readonly answer: Answer;
  /** Besides those that follow from the rest. */
  readonly refusals?: readonly RefusalCode[];
  readonly handle: (http: HttpDeps, input: OperationInput<Path, Q, B>) => Promise<Reply>;
};

type OperationInput<Path extends string, Q extends z.ZodRawShape, B extends z.ZodType> = {
  readonly params: { readonly [Name in PathName<Path>]: string };
  readonly query: z.output<z.ZodObject<Q, z.core.$strict>>;
  readonly body: z.output<B>;
  /** The body as it came, for operations with a raw one. */
  readonly bytes: Uint8Array;
  readonly expected: Expected;
  /** Cuts the connection: for a stream whose reader stopped reading. */
  readonly cut: () => void;
  /** `Last-Event-ID`, for streams that go on where their reader stopped. */
  readonly lastEventId: string | null;
  /** Who asks; null is anybody, which only reading allows. */
  readonly caller: Caller | null;
  /** What cursors of this very listing are tied to. */
  readonly listing: string;
  readonly target: Target;
};

type AnySpec = OperationSpec<string, z.ZodRawShape, z.ZodType>;

/** An operation with its types folded away: the parts that documents show, and `run`. */
export type Operation = {
  readonly spec: Omit<AnySpec, 'handle' | 'prepare' | 'before' | 'params' | 'query'> & {
    readonly params: Readonly<Record<string, Described>>;
    readonly query: z.ZodObject;
    /** Whether it has a `before`. */
    readonly tellsBefore: boolean;
  };
  readonly run: (http: HttpDeps, c: Context<HttpEnv>) => Promise<Response>;
};

export function operation<
  Path extends string,
  Q extends z.ZodRawShape = Record<never, never>,
  B extends z.ZodType = z.ZodUndefined,
>(spec: OperationSpec<Path, Q, B>): Operation {
  // Without a query of its own an operation takes none: the empty shape is what Q then stands for.
  const query = z.strictObject(spec.query ?? ({} as Q));
  const notices = spec.deprecated === undefined ? undefined : deprecationHeaders(spec.deprecated);
  const run = async (given: HttpDeps, c: Context<HttpEnv>): Promise<Response> => {
    if (notices !== undefined) c.set('notices', notices);
    const caller = await admit(given, c, spec.access);
    // What is open tells nothing of models, and must answer when the database does not.
    const http = spec.access === 'open' ? given : { ...given, services: await withCurrentIdentity(given.services) };
    const params = readPathParameters(c);
    const search = searchOf(c);
    const asked = readQuery(search);
    const { body, bytes, sent } = await readBody(c, spec);
    const input = {
      // The router fills in every name of the path, and only those.
      params: params as { readonly [Name in PathName<Path>]: string },
      query: parseInput(query, asked, 'query'),
      body,
      bytes,
      expected: expectedVersions(spec.ifMatch === true ? c.req.header('if-match') : undefined),
      cut: () => void c.env.outgoing?.destroy(),
      lastEventId: spec.resumes === true ? (c.req.header('last-event-id') ?? null) : null,
      listing: listingOf(spec.operationId, { ...params, ...asked }),
      caller,
      target: { path: c.req.path, search, requestId: c.get('requestId'), base: baseOf(http, c) },
    };
    const { target } = input;
    await spec.prepare?.(http, input);
    const reply =
      caller === null || !isWrite(spec)
        ? await handleRead(spec, http, input, asked)
        : await runWrite(
            http,
            {
              method: c.req.method,
              operationId: spec.operationId,
              caller,
              target,
              apart: spec.apart ?? false,
              msMax: spec.writeMsMax,
              repeatable: readRepeatable(c, spec, search, sent),
            },
            {
              before: async (within) => (await spec.before?.(within, input.params)) ?? null,
              handle: (within) => spec.handle(within, input),
            },
          );
    const { access } = spec;
    const { publicUrl } = http.services;
    const isPrivate = caller !== null || !http.publicRead;
    return respond(c, { isPrivate, isRead: spec.method === 'get', access, publicUrl }, reply);
  };
  const { handle: _handle, prepare: _prepare, before, ...shown } = spec;
  return { spec: { ...shown, params: spec.params ?? {}, query, tellsBefore: before !== undefined }, run };
}

/** A read that bears lag asks the replica. One as of a moment does not: its answer must never change, so it must be whole. */
async function handleRead<Path extends string, Q extends z.ZodRawShape, B extends z.ZodType>(
  spec: OperationSpec<Path, Q, B>,
  http: HttpDeps,
  input: OperationInput<Path, Q, B>,
  asked: object,
): Promise<Reply> {
  const { replica } = http;
  if (replica === undefined || spec.bearsLag !== true || 'as_of' in asked) return await spec.handle(http, input);
  return await replica(http.services, (services) => spec.handle({ ...http, services }, input));
}

/** Who asks, after counting the request. One with a key that is refused counts for its address, so that keys cannot be guessed. */
async function admit(http: HttpDeps, c: Context<HttpEnv>, access: Access): Promise<Caller | null> {
  if (access === 'open') return null;
  let caller: Caller | null;
  try {
    caller = await authenticate(http, c, access);
  } catch (error) {
    if (error instanceof Refusal) await limitRequest(http, c, null);
    throw error;
  }
  await limitRequest(http, c, caller);
  return caller;
}

/** Whether an operation changes anything: those do that ask for a key in any case, and are no GET. */
export function isWrite(spec: { readonly access: Access; readonly method: string }): boolean {
  return spec.method !== 'get' && spec.access !== 'open' && spec.access !== 'read';
}

async function readBody<Path extends string, Q extends z.ZodRawShape, B extends z.ZodType>(
  c: Context<HttpEnv>,
  spec: OperationSpec<Path, Q, B>,
): Promise<ReadBody<z.output<B>>> {
  const none = undefined as z.output<B>; // Only where there is no schema: B is undefined then.
  if (spec.raw !== undefined) {
    const bytes = await readBytes(c, spec.raw.bytesMax);
    return { body: none, bytes, sent: () => bytes };
  }
  const bytes = new Uint8Array();
  if (spec.body !== undefined) {
    const value = await readJson(c, spec.body.mediaTypes ?? ['application/json'], spec.body.optional === true);
    const body = parseInput(spec.body.schema, value, 'body', spec.body.hints);
    return { body, bytes, sent: () => JSON.stringify(value) };
  }
  if (spec.method === 'post') await refuseBody(c);
  return { body: none, bytes, sent: () => '' };
}

type ReadBody<B> = {
  readonly body: B;
  readonly bytes: Uint8Array;
  /** What was sent, before it was parsed. */
  readonly sent: () => string | Uint8Array;
};

/** Whether a request of this operation may be given an `Idempotency-Key`: what creates, and whatever else is a POST and a write. */
export function takesIdempotencyKey(spec: { readonly access: Access; readonly method: string }): boolean {
  return spec.method === 'post' && isWrite(spec);
}

function readRepeatable(
  c: Context<HttpEnv>,
  spec: { readonly access: Access; readonly method: string },
  search: URLSearchParams,
  sent: () => string | Uint8Array,
): { key: string; fingerprint: string } | null {
  const key = takesIdempotencyKey(spec) ? readIdempotencyKey(c.req.header('idempotency-key')) : null;
  return key === null ? null : { key, fingerprint: fingerprintOf(search, sent()) };
}

/** Clients that always send a body send an empty object. */
async function refuseBody(c: Context<HttpEnv>): Promise<void> {
  const text = Buffer.from(await readBytes(c, bodilessBytesMax))
    .toString('utf8')
    .trim();
  if (text !== '' && text !== '{}')
    throw new Refusal('validation_failed', 'this takes no body', [{ detail: 'must be empty', pointer: '#' }]);
}

const bodilessBytesMax = 1024;
