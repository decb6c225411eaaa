import { describe, expect, it } from 'vitest';
import { readPackageDeclarations } from '../../src/net/registry.ts';
import { makeArchive, readPayload, request, serveRegistry, union } from './fake-registry.ts';
import { serveHttp, serveRaw } from './loopback.ts';

describe('readPackageDeclarations', () => {
  it('returns the files that declare a requested type, sorted by path', async () => {
    const tarball = await makeArchive({
      'package/index.js': "/* type Model = 'no' */",
      'package/z/models.d.ts': union,
      'package/z/models.d.mts': union,
      'package/chat.d.ts': 'declare type ChatModel\n  = "c";',
      'package/a.d.ts': "export type AllModels = 'x'; export type Models = 'y'; let ChatModel = 1;",
      'package/generic.d.ts': 'type Model<T extends string> = T;',
    });
    const { options, seen } = await serveRegistry({
      tarball,
      packument: { time: { '2.0.0': '2026-11-13T21:27:35+00:00' } },
    });
    const outcome = await readPackageDeclarations(options, request);
    expect(outcome).toMatchObject({ kind: 'ok', version: '2.0.0' });
    expect(readPayload(outcome)).toEqual({
      package: 'sdk',
      version: '2.0.0',
      published_at: '2026-11-13T21:27:35Z',
      files: [
        { path: 'chat.d.ts', text: 'declare type ChatModel\n  = "c";' },
        { path: 'generic.d.ts', text: 'type Model<T extends string> = T;' },
        { path: 'z/models.d.ts', text: union },
      ],
    });
    expect(seen[0]?.headers).toMatchObject({ 'user-agent': 'outturn-test' });
  });

  it('reads the version of the latest tag, not the highest version', async () => {
    const { options } = await serveRegistry({
      packument: { 'dist-tags': { next: '3.0.0', latest: '2.0.0' } },
    });
    expect(await readPackageDeclarations(options, request)).toMatchObject({ kind: 'ok', version: '2.0.0' });
  });

  it.each([undefined, {}, { '2.0.0': 'yesterday' }])(
    'returns null for a missing or invalid publication time: %j',
    async (time) => {
      const { options } = await serveRegistry({ packument: { time } });
      expect(readPayload(await readPackageDeclarations(options, request))).toMatchObject({ published_at: null });
    },
  );

  it('requests a scoped package by its escaped name', async () => {
    const { options, seen } = await serveRegistry();
    await readPackageDeclarations(options, { ...request, package: '@scope/sdk' });
    expect(seen[0]?.url).toBe('/@scope%2fsdk');
  });

  it('does not download the archive of a known version', async () => {
    const { options, seen } = await serveRegistry();
    const outcome = await readPackageDeclarations(options, { ...request, knownVersion: '2.0.0' });
    expect(outcome).toEqual({ kind: 'not_modified', version: '2.0.0', etag: null });
    expect(seen).toHaveLength(1);
  });

  it('sends the validator with the known version and accepts a 304', async () => {
    const sent: unknown[] = [];
    const registry = await serveHttp((incoming, response) => {
      sent.push(incoming.headers['if-none-match']);
      response.writeHead(304).end();
    });
    const options = { fetchOptions: { registry }, replacedHost: 'never' };
    const known = { ...request, knownVersion: '2.0.0', etag: '"p1"' };
    expect(await readPackageDeclarations(options, known)).toEqual({
      kind: 'not_modified',
      version: '2.0.0',
      etag: '"p1"',
    });
    expect(await readPackageDeclarations(options, { ...request, etag: '"p1"' })).toMatchObject({ kind: 'failed' });
    expect(sent).toEqual(['"p1"', undefined]);
  });

  it('sends no registry credentials to another host that serves the archive', async () => {
    const elsewhere = await serveRegistry();
    const port = new URL(elsewhere.registry).port;
    const { options, registry, seen } = await serveRegistry({
      dist: { tarball: `http://localhost:${port}/sdk-2.0.0.tgz` },
    });
    const fetchOptions = { ...options.fetchOptions, [`//${new URL(registry).host}/:_authToken`]: 'token' };
    expect(await readPackageDeclarations({ ...options, fetchOptions }, request)).toMatchObject({ kind: 'ok' });
    expect(seen[0]?.headers.authorization).toBe('Bearer token');
    expect(elsewhere.seen[0]?.headers).not.toHaveProperty('authorization');
  });

  it('requests an archive from the registry itself if its host is one that npm replaces', async () => {
    const { options, seen } = await serveRegistry({ dist: { tarball: 'https://public.example/sdk/-/sdk-2.0.0.tgz' } });
    const replacing = { ...options, replacedHost: 'public.example' };
    expect(await readPackageDeclarations(replacing, request)).toMatchObject({ kind: 'ok' });
    expect(seen[1]?.url).toBe('/sdk/-/sdk-2.0.0.tgz');
  });

  it.each(['', 'SDK', '../x', '@scope', '@scope/../x', 'a/b', '.x', 'x y', 'x'.repeat(215)])(
    'rejects the package name "%.20s"',
    async (name) => {
      const { options, seen } = await serveRegistry();
      expect(await readPackageDeclarations(options, { ...request, package: name })).toMatchObject({
        reason: 'bad_url',
      });
      expect(seen).toHaveLength(0);
    },
  );

  it("throws the caller's abort reason", async () => {
    const reason = new Error('the process stops');
    const controller = new AbortController();
    const registry = await serveRaw(() => controller.abort(reason));
    const options = { fetchOptions: { registry }, replacedHost: 'never' };
    await expect(readPackageDeclarations(options, { ...request, signal: controller.signal })).rejects.toBe(reason);
  });
});
