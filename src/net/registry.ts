import { PassThrough, Readable } from 'node:stream';
import fetchFromRegistry, { type Options, pickRegistry } from 'npm-registry-fetch';
import { z } from 'zod';
import { formatInstant, parseInstant } from '../domain/instant.ts';
import { capBytes, readDeclarations, type TarballLimits, tarballLimitsDefault } from './declarations.ts';
import {
  classifyError,
  describeError,
  type FetchFailure,
  type FetchFailureReason,
  parseRetryAfter,
} from './failure.ts';
import type { RegistryOptions } from './npm-settings.ts';

export type RegistryLimits = TarballLimits & {
  /** Both requests together, in milliseconds. */
  readonly exchangeMsMax: number;
  /** The package's document with all its versions, after decoding, in bytes. */
  readonly packumentBytesMax: number;
};

export const registryLimitsDefault: RegistryLimits = {
  ...tarballLimitsDefault,
  exchangeMsMax: 90_000,
  packumentBytesMax: 16 * 1024 * 1024,
};

export type PackageRequest = {
  /** The package's name, with its scope. */
  readonly package: string;
  /** The union types whose declarations to read. */
  readonly typeNames: readonly string[];
  /** The version read last: its tarball is not fetched again. */
  readonly knownVersion?: string | null;
  /** The validator returned with `knownVersion`; sent only together with it. */
  readonly etag?: string | null;
  readonly userAgent: string;
  readonly limits?: Partial<RegistryLimits>;
  readonly signal?: AbortSignal;
};

export type PackageFailureReason = FetchFailureReason | 'integrity';

export type PackageRead = {
  readonly kind: 'ok';
  /** UTF-8 JSON: `{package, version, published_at, files: [{path, text}]}`, files sorted by path. */
  readonly bytes: Uint8Array;
  readonly version: string;
  readonly etag: string | null;
};

export type PackageOutcome =
  | PackageRead
  | { readonly kind: 'not_modified'; readonly version: string; readonly etag: string | null }
  | FetchFailure<PackageFailureReason>;

const packageNamePattern = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const packageNameCharsMax = 214;

const packumentSchema = z.looseObject({
  'dist-tags': z.looseObject({ latest: z.string().regex(/^[0-9A-Za-z.+-]{1,256}$/) }),
  versions: z.record(z.string(), z.unknown()),
  // Registries that send the short form of the document omit the times.
  time: z.record(z.string(), z.unknown()).optional(),
});

const manifestSchema = z.looseObject({
  dist: z.looseObject({
    tarball: z.string().max(8_192),
    integrity: z
      .string()
      .regex(/^(?:sha1|sha256|sha384|sha512)-[A-Za-z0-9+/]+=*/)
      .optional(),
    shasum: z
      .string()
      .regex(/^[0-9a-f]{40}$/i)
      .optional(),
  }),
});

/**
 * Reads the type declarations of the version that a package's `latest` tag names, never of a version chosen to suit this
 * Node. The registry is the operator's own npm setting, so its addresses are not checked; sizes and times are limited.
 * Every response produces an outcome. Throws only the caller's abort reason, or for a bug in this program.
 */
export async function readPackageDeclarations(
  options: RegistryOptions,
  request: PackageRequest,
): Promise<PackageOutcome> {
  const limits: RegistryLimits = { ...registryLimitsDefault, ...request.limits };
  if (request.package.length > packageNameCharsMax || !packageNamePattern.test(request.package)) {
    return fail('bad_url', 'not a valid package name');
  }
  request.signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, limits.exchangeMsMax);
  request.signal?.addEventListener('abort', abort, { once: true });
  try {
    return await readLatest(options, request, limits, controller.signal);
  } catch (error) {
    request.signal?.throwIfAborted();
    if (controller.signal.aborted) return fail('timeout', `not finished after ${limits.exchangeMsMax} ms`);
    return describeFailure(error);
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', abort);
    // Closes what an early outcome left open.
    abort();
  }
}

async function readLatest(
  options: RegistryOptions,
  request: PackageRequest,
  limits: RegistryLimits,
  signal: AbortSignal,
): Promise<PackageOutcome> {
  const common = makeFetchOptions(options, request, signal);
  const { knownVersion } = request;
  const answer = await fetchFromRegistry(`/${request.package.replace('/', '%2f')}`, {
    ...common,
    headers: {
      // The short form if the registry has one, the same as `npm install` requests.
      accept: 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*',
      ...(knownVersion && request.etag ? { 'if-none-match': request.etag } : {}),
    },
  });
  const etag = readEtag(answer.headers.get('etag'));
  // A 304 need not repeat the validator.
  if (answer.status === 304 && knownVersion) {
    return { kind: 'not_modified', version: knownVersion, etag: etag ?? request.etag ?? null };
  }
  const packument = packumentSchema.safeParse(parseJson(await readAll(answer.body, limits.packumentBytesMax)));
  if (!packument.success)
    return fail('protocol', 'the registry did not return a package document with a latest version');
  const version = packument.data['dist-tags'].latest;
  if (version === knownVersion) return { kind: 'not_modified', version, etag };
  const manifest = manifestSchema.safeParse(packument.data.versions[version]);
  const url = manifest.success ? placeTarball(options, request.package, manifest.data.dist.tarball) : null;
  if (!manifest.success || url === null)
    return fail('protocol', `the registry lists no usable archive of version ${version}`);
  const integrity = readIntegrity(manifest.data.dist);
  const tarball = await fetchFromRegistry(url, {
    ...common,
    ...(integrity === null ? {} : { integrity }),
    headers: { 'accept-encoding': 'identity' },
  });
  const files = await readDeclarations(toBytes(tarball.body), request.typeNames, limits, signal);
  const payload = { package: request.package, version, published_at: readTime(packument.data.time?.[version]), files };
  return { kind: 'ok', bytes: new TextEncoder().encode(JSON.stringify(payload)), version, etag };
}

/** The user's settings without what a poll must not use: npm's cache and npm's retries. */
function makeFetchOptions(options: RegistryOptions, request: PackageRequest, signal: AbortSignal): Options {
  const { cache: _cache, ...fetchOptions } = options.fetchOptions;
  return { ...fetchOptions, spec: request.package, userAgent: request.userAgent, retry: { retries: 0 }, signal };
}

/** The URL of the archive: as listed, or on the registry's own host if npm's settings say so. */
function placeTarball(options: RegistryOptions, name: string, tarball: string): string | null {
  const registry = pickRegistry(name, options.fetchOptions);
  if (!URL.canParse(tarball) || !URL.canParse(registry)) return null;
  const url = new URL(tarball);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  const isReplaced = options.replacedHost === 'always' || options.replacedHost === url.host;
  return isReplaced ? new URL(url.pathname + url.search, registry).href : url.href;
}

function readIntegrity(dist: {
  readonly integrity?: string | undefined;
  readonly shasum?: string | undefined;
}): string | null {
  if (dist.integrity !== undefined) return dist.integrity;
  return dist.shasum === undefined ? null : `sha1-${Buffer.from(dist.shasum, 'hex').toString('base64')}`;
}

/** A validator is sent back unchanged; one that a header cannot carry is dropped. */
function readEtag(value: string | null): string | null {
  return value !== null && /^[\x20-\x7e]{1,512}$/.test(value) ? value : null;
}

function readTime(value: unknown): string | null {
  const at = typeof value === 'string' ? parseInstant(value) : null;
  return at === null ? null : formatInstant(at);
}

async function readAll(body: NodeJS.ReadableStream | null, bytesMax: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of capBytes(toBytes(body), bytesMax, "the package's document")) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** The library's stream as a stream of Node's own: iterating the former directly accumulates listeners. */
function toBytes(body: NodeJS.ReadableStream | null): Readable {
  if (body === null) return Readable.from([]);
  const bytes = new PassThrough();
  body.on('error', (error) => bytes.destroy(error));
  return body.pipe(bytes);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const registryErrorSchema = z.looseObject({
  code: z.string().optional(),
  statusCode: z.number().int().optional(),
  headers: z.record(z.string(), z.unknown()).optional(),
});

function describeFailure(error: unknown): FetchFailure<PackageFailureReason> {
  const { code, statusCode, headers } = registryErrorSchema.safeParse(error).data ?? {};
  if (statusCode !== undefined) {
    const [retryAfter] = [headers?.['retry-after']].flat();
    const retryAfterMs = parseRetryAfter(typeof retryAfter === 'string' ? retryAfter : undefined, Date.now());
    const failure = fail('bad_status', `the registry returned status ${statusCode}`, statusCode);
    return { ...failure, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  if (code === 'EINTEGRITY') return fail('integrity', 'the archive does not match the checksum in the registry');
  const reason = classifyError(error);
  if (reason !== null) return fail(reason, describeError(error));
  // A damaged archive causes a plain `Error` without a code; bugs in this program throw subclasses such as TypeError.
  if (error instanceof Error && error.constructor === Error) return fail('protocol', describeError(error));
  throw error;
}

function fail(reason: PackageFailureReason, detail: string, status?: number): FetchFailure<PackageFailureReason> {
  return { kind: 'failed', reason, ...(status === undefined ? {} : { status }), detail };
}
