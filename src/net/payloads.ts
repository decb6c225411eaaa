import { readFile } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';
import { payloadBytesMax } from '../domain/feeds/adapter.ts';
import { sdkPackages } from '../domain/feeds/adapters/npm-sdk.ts';
import { findAdapter } from '../domain/feeds/adapters/registry.ts';
import { accessAt, type KeyVariable, keyHeaders } from '../domain/feeds/key-access.ts';
import type { Client } from './client.ts';
import { fetchConditional } from './fetch-conditional.ts';
import { fetchPages } from './fetch-pages.ts';

/** A feed's payload to fetch, with the validators of the cached copy. */
export type PayloadRequest = {
  readonly adapter: string;
  /** A web address, `npm:<package>`, or `builtin:<path>` for a file of this program. */
  readonly url: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** The version of the package that was read last. */
  readonly knownVersion: string | null;
};

export type PayloadOutcome =
  | {
      readonly kind: 'ok';
      readonly bytes: Uint8Array;
      readonly status: number | null;
      readonly etag: string | null;
      readonly lastModified: string | null;
      readonly knownVersion: string | null;
    }
  | { readonly kind: 'not_modified'; readonly status: number | null }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly detail: string;
      readonly status: number | null;
      readonly retryAfterMs: number | null;
    };

export type PayloadSources = {
  readonly client: Client;
  /** The directory of the program's own files. */
  readonly root: string;
  /** The environment that npm's settings are read from. */
  readonly env: NodeJS.ProcessEnv;
  /** Keys for the vendors' own lists. */
  readonly keys?: ReadonlyMap<KeyVariable, string>;
  readonly signal?: AbortSignal;
};

/** Gets a feed's payload from its url. Failures of the publisher are outcomes, not errors. */
export async function fetchPayload(sources: PayloadSources, request: PayloadRequest): Promise<PayloadOutcome> {
  if (request.url.startsWith('builtin:')) return await readBuiltin(sources.root, request);
  if (request.url.startsWith('npm:')) return await readPackage(sources, request);
  const { client, signal, keys } = sources;
  const adapter = findAdapter(request.adapter);
  const access = accessAt(adapter, request.url);
  const key = access === null ? undefined : keys?.get(access.variable);
  if (access !== null && key === undefined)
    return failure({ reason: 'no_key', detail: `${access.variable} is not set` });
  const fetchRequest = {
    url: request.url,
    etag: request.etag,
    lastModified: request.lastModified,
    // The client does not send these after a redirect to another origin.
    ...(access === null || key === undefined ? {} : { headers: keyHeaders(access, key) }),
    ...(signal === undefined ? {} : { signal }),
  };
  const { paging, bytesMax: bodyBytesMax = payloadBytesMax } = adapter ?? {};
  const outcome =
    paging === undefined
      ? await fetchConditional(client, { ...fetchRequest, limits: { bodyBytesMax } })
      : await fetchPages(client, fetchRequest, paging, { bodyBytesMax });
  switch (outcome.kind) {
    case 'ok':
      return {
        kind: 'ok',
        bytes: outcome.bytes,
        status: outcome.status,
        etag: outcome.etag,
        lastModified: outcome.lastModified,
        knownVersion: null,
      };
    case 'not_modified':
      return { kind: 'not_modified', status: 304 };
    case 'failed':
      return failure(outcome);
  }
}

function failure(outcome: {
  reason: string;
  detail: string;
  status?: number | undefined;
  retryAfterMs?: number | undefined;
}): PayloadOutcome {
  return {
    kind: 'failed',
    reason: outcome.reason,
    detail: outcome.detail,
    status: outcome.status ?? null,
    retryAfterMs: outcome.retryAfterMs ?? null,
  };
}

/** A reviewed file of this program. Only files under `data/` may be named. */
async function readBuiltin(root: string, request: PayloadRequest): Promise<PayloadOutcome> {
  const data = join(root, 'data') + sep;
  const path = normalize(join(root, request.url.slice('builtin:'.length)));
  if (!path.startsWith(data))
    return failure({ reason: 'bad_url', detail: 'a builtin feed must name a file under data/' });
  try {
    return {
      kind: 'ok',
      bytes: await readFile(path),
      status: null,
      etag: null,
      lastModified: null,
      knownVersion: null,
    };
  } catch {
    return failure({ reason: 'connect', detail: `${request.url} is not part of this program` });
  }
}

async function readPackage(sources: PayloadSources, request: PayloadRequest): Promise<PayloadOutcome> {
  const name = request.url.slice('npm:'.length);
  const sdk = sdkPackages.get(name);
  if (sdk === undefined)
    return failure({
      reason: 'bad_url',
      detail: `the package ${name} is not supported: no model union is known for it`,
    });
  // Loaded when a package is first read: they take a tenth of a start, and 30 MB.
  const [{ loadRegistryOptions }, { readPackageDeclarations }] = await Promise.all([
    import('./npm-settings.ts'),
    import('./registry.ts'),
  ]);
  const options = await loadRegistryOptions({ env: sources.env, cwd: sources.root });
  const { knownVersion, etag } = request;
  const { signal, client } = sources;
  const packageRequest = {
    package: name,
    typeNames: sdk.unions,
    knownVersion,
    etag,
    userAgent: client.userAgent,
    ...(signal === undefined ? {} : { signal }),
  };
  const outcome = await readPackageDeclarations(options, packageRequest);
  switch (outcome.kind) {
    case 'ok':
      return {
        kind: 'ok',
        bytes: outcome.bytes,
        status: null,
        etag: outcome.etag,
        lastModified: null,
        knownVersion: outcome.version,
      };
    case 'not_modified':
      return { kind: 'not_modified', status: null };
    case 'failed':
      return failure(outcome);
  }
}
