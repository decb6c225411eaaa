import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadRegistryOptions } from '../../src/net/npm-settings.ts';
import { readPackageDeclarations } from '../../src/net/registry.ts';
import { serveHttp } from './loopback.ts';

let home = '';
let project = '';

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'outturn-home-'));
  project = await mkdtemp(join(tmpdir(), 'outturn-project-'));
  await writeFile(join(project, 'package.json'), '{"name":"x"}');
});

afterEach(async () => {
  await rm(home, { recursive: true });
  await rm(project, { recursive: true });
});

const load = (env: NodeJS.ProcessEnv = {}) =>
  loadRegistryOptions({ env: { HOME: home, npm_config_globalconfig: join(home, 'none'), ...env }, cwd: project });

describe('loadRegistryOptions', () => {
  it("reads the registry and credentials from the user's settings", async () => {
    await writeFile(join(home, '.npmrc'), 'registry=http://user.example/\n//user.example/:_authToken=$' + '{TOKEN}\n');
    const { fetchOptions } = await load({ TOKEN: 'secret' });
    expect(fetchOptions).toMatchObject({ registry: 'http://user.example/', '//user.example/:_authToken': 'secret' });
  });

  it("prefers the project's settings to the user's, and environment variables to both", async () => {
    await writeFile(join(home, '.npmrc'), 'registry=http://user.example/\nstrict-ssl=false\n');
    await writeFile(join(project, '.npmrc'), 'registry=http://project.example/\n');
    expect((await load()).fetchOptions).toMatchObject({ registry: 'http://project.example/', strictSSL: false });
    const fromEnv = await load({ npm_config_registry: 'http://env.example/' });
    expect(fromEnv.fetchOptions.registry).toBe('http://env.example/');
  });

  it('reads proxies and certificates', async () => {
    await writeFile(join(home, 'ca.pem'), '-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n');
    await writeFile(join(home, '.npmrc'), `https-proxy=http://proxy.example:3128/\ncafile=${join(home, 'ca.pem')}\n`);
    const { fetchOptions } = await load();
    expect(fetchOptions).toMatchObject({ httpsProxy: 'http://proxy.example:3128/' });
    expect(JSON.stringify(fetchOptions.ca)).toContain('BEGIN CERTIFICATE');
  });

  it('knows the host that npm replaces, and the settings that change it', async () => {
    const { fetchOptions, replacedHost } = await load();
    expect(replacedHost).toBe(new URL(fetchOptions.registry ?? '').host);
    expect((await load({ npm_config_replace_registry_host: 'never' })).replacedHost).toBe('never');
    expect((await load({ npm_config_replace_registry_host: 'other.example' })).replacedHost).toBe('other.example');
  });

  it.each(['my registry', 'localhost:4873', 'file:///srv/registry'])(
    'rejects the registry "%s" instead of using another one',
    async (registry) => {
      await writeFile(join(home, '.npmrc'), `registry=${registry}\n`);
      await expect(load()).rejects.toMatchObject({
        code: 'validation_failed',
        message: expect.stringContaining('"registry"'),
      });
    },
  );

  it('rejects credentials without a registry, without showing them', async () => {
    await writeFile(join(home, '.npmrc'), '_authToken=secret\n');
    const failure = load().catch((error: unknown) => error);
    expect(await failure).toMatchObject({ code: 'validation_failed', message: expect.not.stringContaining('secret') });
  });

  it('changes neither process.env nor the environment that it receives', async () => {
    const before = { ...process.env };
    const env = { HOME: home, npm_config_globalconfig: join(home, 'none') };
    await loadRegistryOptions({ env, cwd: project });
    expect(process.env).toEqual(before);
    expect(env).toEqual({ HOME: home, npm_config_globalconfig: join(home, 'none') });
  });

  it("sends a request for a scoped package to the scope's registry, with its credentials", async () => {
    const seen: unknown[] = [];
    const origin = await serveHttp((incoming, response) => {
      seen.push([incoming.url, incoming.headers.authorization]);
      response.writeHead(404).end();
    });
    const { host } = new URL(origin);
    await writeFile(join(home, '.npmrc'), `@scope:registry=${origin}/npm/\n//${host}/npm/:_authToken=secret\n`);
    const outcome = await readPackageDeclarations(await load(), {
      package: '@scope/sdk',
      typeNames: ['Model'],
      userAgent: 'x',
    });
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'bad_status', status: 404 });
    expect(seen).toEqual([['/npm/@scope%2fsdk', 'Bearer secret']]);
  });
});
