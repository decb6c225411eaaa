import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/package-root.ts';
import { readFeedsFile } from '../../../src/services/feeds/setup.ts';

/** The blocks of code below "Adding a feed", in order: the parser, the entry, the payload and the expected items. */
function readRecipe(): string[] {
  const document = readFileSync(join(packageRoot(), 'docs', 'feeds.md'), 'utf8');
  const section = document.slice(document.indexOf('## Adding a feed')).split('\n## ')[0] ?? '';
  return [...section.matchAll(/```(?:ts|json)\n([\s\S]*?)```/g)].map((block) => block[1] ?? '');
}

const [parser = '', entry = '', payload = '', expected = ''] = readRecipe();

/** A copy of the domain to which the recipe is applied. It is inside the package so that its dependencies resolve. */
let directory: string;
let adapters: string;
beforeAll(() => {
  const scratch = join(packageRoot(), '.scratch');
  mkdirSync(scratch, { recursive: true });
  directory = mkdtempSync(join(scratch, 'recipe-'));
  adapters = join(directory, 'src', 'domain', 'feeds', 'adapters');
  cpSync(join(packageRoot(), 'src', 'domain'), join(directory, 'src', 'domain'), { recursive: true });
  writeFileSync(join(adapters, 'acme.ts'), parser);
  const registry = readFileSync(join(adapters, 'registry.ts'), 'utf8');
  const named = registry.replace('const adapters = {', 'const adapters = {\n  acme,');
  writeFileSync(join(adapters, 'registry.ts'), `import { acme } from './acme.ts';\n${named}`);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the worked example of a feed', () => {
  it('is an adapter that matches its golden payload exactly', async () => {
    const { findAdapter } = await import(join(adapters, 'registry.ts'));
    const adapter = findAdapter('acme');
    expect(adapter.parse(new TextEncoder().encode(payload))).toEqual(JSON.parse(expected));
    expect(adapter.defaults).toMatchObject({ trust: 'curated', covers: [] });
  });

  it('has a valid feed entry that agrees with the adapter', async () => {
    const { findAdapter } = await import(join(adapters, 'registry.ts'));
    const [feed] = readFeedsFile({ format: 'outturn-feeds/1', feeds: [JSON.parse(entry)] });
    const { trust, origin, url, settlementLag } = findAdapter('acme').defaults;
    expect(feed).toMatchObject({ adapter: 'acme', trust, origin, url, settlementLag });
  });

  it("compiles under the program's compiler options", async () => {
    writeFileSync(
      join(directory, 'tsconfig.json'),
      JSON.stringify({ extends: join(packageRoot(), 'tsconfig.json'), include: ['src'] }),
    );
    const compile = promisify(execFile)(process.execPath, [
      join(packageRoot(), 'node_modules', 'typescript', 'bin', 'tsc'),
      ...['-p', directory, '--noEmit'],
    ]);
    await expect(compile.then(() => '').catch((failed: { stdout: string }) => failed.stdout)).resolves.toBe('');
  });
});
