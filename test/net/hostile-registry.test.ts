import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readPackageDeclarations } from '../../src/net/registry.ts';
import { makeArchive, makeTar, readPayload, request, serveRegistry, union } from './fake-registry.ts';
import { serveHttp, serveRaw } from './loopback.ts';

const sha = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes);

describe('the integrity of the archive', () => {
  it.each(['sha512', 'sha1'])('is accepted if %s is correct', async (algorithm) => {
    const tarball = await makeArchive({ 'package/index.d.ts': union });
    const dist =
      algorithm === 'sha1'
        ? { shasum: sha('sha1', tarball).digest('hex') }
        : { integrity: `sha512-${sha('sha512', tarball).digest('base64')}` };
    const { options } = await serveRegistry({ tarball, dist });
    expect(await readPackageDeclarations(options, request)).toMatchObject({ kind: 'ok' });
  });

  it.each([
    [{ integrity: `sha512-${sha('sha512', Buffer.from('x')).digest('base64')}` }, 'integrity'],
    [{ shasum: sha('sha1', Buffer.from('x')).digest('hex') }, 'integrity'],
    [{ integrity: 'none' }, 'protocol'],
  ])('is rejected if the registry declares %.20j', async (dist, reason) => {
    const { options } = await serveRegistry({ dist });
    expect(await readPackageDeclarations(options, request)).toMatchObject({ kind: 'failed', reason });
  });
});

describe('a limit', () => {
  it.each([
    ['packumentBytesMax', 20],
    ['tarballBytesMax', 50],
    ['unpackedBytesMax', 1_000],
    ['entriesMax', 1],
    ['fileBytesMax', 10],
    ['keptBytesMax', 40],
  ])('%s stops the download', async (name, value) => {
    const tarball = await makeArchive({ 'package/a.d.ts': union, 'package/b.d.ts': union });
    const { options } = await serveRegistry({ tarball });
    expect(await readPackageDeclarations(options, request)).toMatchObject({ kind: 'ok' });
    expect(await readPackageDeclarations(options, { ...request, limits: { [name]: value } })).toMatchObject({
      kind: 'failed',
      reason: 'too_large',
    });
  });

  it('stops a decompression bomb long before it is unpacked', async () => {
    const { options } = await serveRegistry({ tarball: gzipSync(Buffer.alloc(50_000_000)) });
    const limits = { unpackedBytesMax: 1_000_000 };
    expect(await readPackageDeclarations(options, { ...request, limits })).toMatchObject({ reason: 'too_large' });
  });

  it('on time stops a registry and an archive that never respond', async () => {
    const deaf = { fetchOptions: { registry: await serveRaw(() => {}) }, replacedHost: 'never' };
    const limits = { exchangeMsMax: 100 };
    expect(await readPackageDeclarations(deaf, { ...request, limits })).toMatchObject({ reason: 'timeout' });
    const half = (await makeArchive({ 'package/a.d.ts': union })).subarray(0, 30);
    const endless = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
      socket.write(half);
    });
    const { options } = await serveRegistry({ dist: { tarball: `${endless}/x.tgz` } });
    expect(await readPackageDeclarations(options, { ...request, limits })).toMatchObject({ reason: 'timeout' });
  });
});

describe('a broken registry', () => {
  it.each([
    [401, {}, undefined],
    [404, {}, undefined],
    [429, { 'retry-after': '60' }, 60_000],
    [500, {}, undefined],
  ])('that returns %i fails at once, without a retry by npm', async (status, headers, retryAfterMs) => {
    let hits = 0;
    const registry = await serveHttp((_incoming, response) => {
      hits += 1;
      response.writeHead(status, headers).end('{"error":"secret of the server"}');
    });
    // As npm's defaults are, but for the wait.
    const fetchOptions = { registry, fetchRetries: 2, fetchRetryMintimeout: 1 };
    const outcome = await readPackageDeclarations({ fetchOptions, replacedHost: 'never' }, request);
    const detail = `the registry returned status ${status}`;
    expect(outcome).toEqual({
      kind: 'failed',
      reason: 'bad_status',
      status,
      detail,
      ...(retryAfterMs ? { retryAfterMs } : {}),
    });
    expect(hits).toBe(1);
  });

  it.each([
    ['no JSON', '<html>'],
    ['no tags', '{"versions":{}}'],
    ['no such version', '{"dist-tags":{"latest":"2.0.0"},"versions":{}}'],
    ['a version that is only inherited', '{"dist-tags":{"latest":"constructor"},"versions":{}}'],
    ['no archive', '{"dist-tags":{"latest":"2.0.0"},"versions":{"2.0.0":{"dist":{}}}}'],
    [
      'an archive in a file',
      '{"dist-tags":{"latest":"2.0.0"},"versions":{"2.0.0":{"dist":{"tarball":"file:///etc/passwd"}}}}',
    ],
  ])('that returns %s fails', async (_what, body) => {
    const registry = await serveHttp((_incoming, response) => response.end(body));
    const outcome = await readPackageDeclarations({ fetchOptions: { registry }, replacedHost: 'never' }, request);
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'protocol' });
  });

  it('that returns half an archive fails and stores nothing', async () => {
    const whole = await makeArchive({ 'package/a.d.ts': union, 'package/b.d.ts': union.repeat(50) });
    const { options } = await serveRegistry({ tarball: whole.subarray(0, whole.length - 20) });
    expect(await readPackageDeclarations(options, request)).toMatchObject({ kind: 'failed', reason: 'protocol' });
  });

  it('that returns a tar truncated inside a file fails', async () => {
    const tar = await makeTar({ 'package/a.d.ts': union, 'package/b.d.ts': union.repeat(50) });
    const { options } = await serveRegistry({ tarball: gzipSync(tar.subarray(0, 2_000)) });
    expect(await readPackageDeclarations(options, request)).toMatchObject({ kind: 'failed', reason: 'protocol' });
  });

  it.each([
    ['no gzip', Buffer.from('hello')],
    ['no tar', gzipSync(Buffer.alloc(2_000, 'x'))],
    ['nothing', Buffer.alloc(0)],
  ])('that returns %s as the archive fails', async (_what, tarball) => {
    const { options } = await serveRegistry({ tarball });
    expect(await readPackageDeclarations(options, request)).toMatchObject({ kind: 'failed', reason: 'protocol' });
  });

  it('that returns an archive without type declarations is reported as having no files', async () => {
    const { options } = await serveRegistry({ tarball: await makeArchive({ 'package/index.d.ts': 'export {};' }) });
    expect(readPayload(await readPackageDeclarations(options, request))).toMatchObject({ version: '2.0.0', files: [] });
  });

  it('that is unreachable fails', async () => {
    const gone = await serveRaw((socket) => socket.resetAndDestroy());
    const outcome = await readPackageDeclarations({ fetchOptions: { registry: gone }, replacedHost: 'never' }, request);
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'reset' });
  });
});
