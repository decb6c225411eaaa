import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Caller } from '../../domain/access/api-key.ts';
import { Refusal, type RefusalCode } from '../../domain/refusal.ts';
import { withCurrentIdentity } from '../../services/identity/identity.ts';
import type { HttpDeps, HttpEnv } from '../deps.ts';
import { admit } from './admit.ts';
import type { Access } from './auth.ts';
import { readBytes, readJson } from './body.ts';
import { listingOf } from './cursor.ts';
import { type Deprecation, deprecationHeaders } from './deprecation.ts';
import { type Expected, expectedVersions } from './etag.ts';
import { fingerprintOf, readIdempotencyKey } from './idempotency.ts';
import { baseOf, type Hints, parseInput, readPathParameters, readQuery, searchOf } from './input.ts';
import { once } from './once.ts';
import { limitCost } from './rate-limit.ts';
import { type Reply, replyContextOf, respond, type Target } from './reply.ts';
import { runWrite } from './write.ts';

/** The names of the parameters of a path, which are in braces. */
type PathName<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathName<Rest>
  : never;

type Described = { readonly description: string; readonly example: string };

/** The successful response of an operation. */
type ResponseSpec = {
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
  /** If true, an absent body means an empty object. */
  readonly optional?: boolean;
};

/** A body of any media type, passed on as bytes. */
type RawSpec = { readonly bytesMax: number; readonly description: string; readonly example: unknown };

/** An operation of the API: its name, its input, its response and its handler. */
export type OperationSpec<Path extends string, Q extends z.ZodRawShape, B extends z.ZodType> = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: Path;
  /** The name of the service function. */
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly access: Access;
  /** If set, the API document and every response say that it is deprecated. */
  readonly deprecated?: Deprecation;
  readonly params?: { readonly [Name in PathName<Path>]: Described };
  readonly query?: Q;
  /** Parameters of the query that are comma-separated lists, which may also be repeated. */
  readonly lists?: readonly string[];
  readonly body?: BodySpec<B>;
  readonly raw?: RawSpec;
  readonly ifMatch?: boolean;
  /** Outbound requests to make before the handler, while no transaction is open. */
  readonly prepare?: (http: HttpDeps, input: OperationInput<Path, Q, B>) => Promise<void>;
  /** True if slightly outdated data is acceptable, so that it can be read from a replica. */
  readonly toleratesLag?: boolean;
  /** True if it usually replies with kept text, which depends on no identity data. It loads these itself where it evaluates. */
  readonly readsKept?: boolean;
  /** True if its service finds the identity data itself, in a statement that it needs anyway. */
  readonly findsIdentity?: boolean;
  /** True if the response is a stream. */
  readonly streams?: boolean;
  /** True if the stream continues after `Last-Event-ID`. */
  readonly resumes?: boolean;
  /** Returns the resource before the change, for the audit log. */
  readonly before?: (http: HttpDeps, params: { readonly [Name in PathName<Path>]: string }) => Promise<unknown>;
  /** True if the service opens its own transactions, for example because it waits for outbound requests. */
  readonly ownTransactions?: boolean;
  /** What follows the committed change and completes the response. */
  readonly finish?: (http: HttpDeps, reply: Reply) => Promise<Reply>;
  /** Time limit of its transaction, if it needs more than the default. */
  readonly writeMsMax?: number;
  readonly response: ResponseSpec;
  /** Describes when it creates the resource and replies with 201 instead of 200. */
  readonly creates?: string;
  /** Describes when it redirects permanently (301) instead. */
  readonly moved?: string;
  /** Refusals besides those that follow from the other fields. */
  readonly refusals?: readonly RefusalCode[];
  readonly handle: (http: HttpDeps, input: OperationInput<Path, Q, B>) => Promise<Reply>;
};

type OperationInput<Path extends string, Q extends z.ZodRawShape, B extends z.ZodType> = {
  readonly params: { readonly [Name in PathName<Path>]: string };
  readonly query: z.output<z.ZodObject<Q, z.core.$strict>>;
  readonly body: z.output<B>;
  /** The body of an operation with a `raw` body; otherwise empty. */
  readonly bytes: Uint8Array;
  readonly expected: Expected;
  /** Closes the connection, for a stream whose client has stopped reading. */
  readonly disconnect: () => void;
  /** `Last-Event-ID`, for streams that resume. */
  readonly lastEventId: string | null;
  /** Null for a request without a key, which only reads allow. */
  readonly caller: Caller | null;
  /** Counts the evaluation cost of the request. Refuses with `rate_limited`. */
  readonly spend: (cost: number) => Promise<void>;
  /** The list that cursors are tied to: a hash of the operation and its filters. Computed when called. */
  readonly listing: () => string;
  readonly target: Target;
};

type AnySpec = OperationSpec<string, z.ZodRawShape, z.ZodType>;

/** An operation without its type parameters: the parts that the API document shows, and `run`. */
export type Operation = {
  readonly spec: Omit<AnySpec, 'handle' | 'prepare' | 'before' | 'params' | 'query'> & {
    readonly params: Readonly<Record<string, Described>>;
    readonly query: z.ZodObject;
    /** Whether it has a `before`. */
    readonly hasBefore: boolean;
  };
  readonly run: (http: HttpDeps, c: Context<HttpEnv>) => Promise<Response>;
};

export function operation<
  Path extends string,
  Q extends z.ZodRawShape = Record<never, never>,
  B extends z.ZodType = z.ZodUndefined,
>(spec: OperationSpec<Path, Q, B>): Operation {
  // If the spec has no query, Q is the empty shape.
  const query = z.strictObject(spec.query ?? ({} as Q));
  const notices = spec.deprecated === undefined ? undefined : deprecationHeaders(spec.deprecated);
  const noQuery = once(() => parseInput(query, {}, 'query'));
  const run = async (deps: HttpDeps, c: Context<HttpEnv>): Promise<Response> => {
    if (notices !== undefined) c.set('notices', notices);
    const caller = await admit(deps, c, spec.access);
    // Open operations do not depend on identity data, and must respond even if the database does not.
    const isFree = spec.access === 'open' || spec.readsKept === true || spec.findsIdentity === true;
    const http = isFree ? deps : { ...deps, services: await withCurrentIdentity(deps.services) };
    const params = readPathParameters(c);
    const search = searchOf(c);
    const rawQuery = readQuery(search, spec.lists);
    const { body, bytes, sent } = await readBody(c, spec);
    const input = {
      // The router sets every parameter of the path and no others.
      params: params as { readonly [Name in PathName<Path>]: string },
      query: search.size === 0 ? noQuery() : parseInput(query, rawQuery, 'query'),
      body,
      bytes,
      expected: expectedVersions(spec.ifMatch === true ? c.req.header('if-match') : undefined),
      disconnect: () => void c.env.outgoing?.destroy(),
      lastEventId: spec.resumes === true ? (c.req.header('last-event-id') ?? null) : null,
      listing: () => listingOf(spec.operationId, { ...params, ...rawQuery }),
      caller,
      spend: (cost: number) => limitCost(http, c, caller, cost),
      target: targetOf(http, c, search),
    };
    await spec.prepare?.(http, input);
    const reply =
      caller === null || !isWrite(spec)
        ? await handleRead(spec, http, input, rawQuery)
        : await runWrite(
            http,
            {
              method: c.req.method,
              operationId: spec.operationId,
              caller,
              target: input.target,
              ownTransactions: spec.ownTransactions ?? false,
              msMax: spec.writeMsMax,
              repeatable: readRepeatable(c, spec, search, sent),
            },
            {
              before: async (within) => (await spec.before?.(within, input.params)) ?? null,
              handle: (within) => spec.handle(within, input),
              finish: spec.finish,
            },
          );
    return respond(c, replyContextOf(spec, http, caller), reply);
  };
  const { handle: _handle, prepare: _prepare, before, ...shown } = spec;
  return { spec: { ...shown, params: spec.params ?? {}, query, hasBefore: before !== undefined }, run };
}

/** The base is a function because most responses have no links. A getter would give each object a shape of its own. */
function targetOf(http: HttpDeps, c: Context<HttpEnv>, search: URLSearchParams): Target {
  return { path: c.req.path, search, requestId: c.get('requestId'), base: () => baseOf(http, c) };
}

/** Runs a read, on the replica if it tolerates lag. A read with `as_of` uses the primary, because its result must never change. */
async function handleRead<Path extends string, Q extends z.ZodRawShape, B extends z.ZodType>(
  spec: OperationSpec<Path, Q, B>,
  http: HttpDeps,
  input: OperationInput<Path, Q, B>,
  rawQuery: object,
): Promise<Reply> {
  const { replica } = http;
  if (replica === undefined || spec.toleratesLag !== true || 'as_of' in rawQuery) return await spec.handle(http, input);
  return await replica(http.services, (services) => spec.handle({ ...http, services }, input));
}

/** Whether an operation changes something: true if it always requires a key and is not a GET. */
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
  /** The body as it was sent, before parsing. */
  readonly sent: () => string | Uint8Array;
};

/** Whether requests of this operation accept an `Idempotency-Key`: every write that is a POST. */
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

/** Accepts an empty object, because some clients always send a body. */
async function refuseBody(c: Context<HttpEnv>): Promise<void> {
  const text = Buffer.from(await readBytes(c, bodilessBytesMax))
    .toString('utf8')
    .trim();
  if (text !== '' && text !== '{}')
    throw new Refusal('validation_failed', 'the body must be empty', [{ detail: 'must be empty', pointer: '#' }]);
}

const bodilessBytesMax = 1024;
