import type { IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { PackageOutcome, PackageRequest } from '../../src/net/registry.ts';
import { serveHttp } from './loopback.ts';

export const request: PackageRequest = { package: 'sdk', typeNames: ['Model', 'ChatModel'], userAgent: 'outturn-test' };

type Fake = {
  /** What the package's document has beside the version's `dist`. */
  readonly packument?: Record<string, unknown>;
  readonly dist?: Record<string, unknown>;
  readonly tarball?: Uint8Array;
};

export const union = "export type Model = 'a-1' | 'a-2';\n";

export async function makeArchive(files: Readonly<Record<string, string>>): Promise<Uint8Array> {
  return gzipSync(await makeTar(files));
}

export async function makeTar(files: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const archive = pack();
  for (const [name, text] of Object.entries(files)) archive.entry({ name }, text);
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A registry with one package, `sdk`, whose latest version is 2.0.0; `seen` are the requests in order. */
export async function serveRegistry(fake: Fake = {}) {
  const tarball = fake.tarball ?? (await makeArchive({ 'package/index.d.ts': union }));
  const seen: IncomingMessage[] = [];
  const registry = await serveHttp((incoming, response) => {
    seen.push(incoming);
    if (incoming.url?.endsWith('.tgz')) return response.end(tarball);
    const dist = { tarball: `${registry}/sdk/-/sdk-2.0.0.tgz`, ...fake.dist };
    response.end(
      JSON.stringify({
        'dist-tags': { latest: '2.0.0' },
        versions: { '1.0.0': {}, '2.0.0': { dist }, '3.0.0': {} },
        ...fake.packument,
      }),
    );
  });
  const options = { fetchOptions: { registry: `${registry}/` }, replacedHost: 'never' };
  return { registry, seen, options, tarball };
}

export function readPayload(outcome: PackageOutcome): unknown {
  return outcome.kind === 'ok' ? JSON.parse(Buffer.from(outcome.bytes).toString('utf8')) : outcome;
}
