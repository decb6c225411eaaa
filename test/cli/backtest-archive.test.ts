import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readArchive, readReviewed } from '../../src/cli/backtest-archive.ts';
import { payloadBytesMax } from '../../src/domain/feeds/adapter.ts';
import { Refusal } from '../../src/domain/refusal.ts';
import { packageRoot } from '../../src/package-root.ts';
import { at } from '../support/timelines.ts';

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

function archiveOf(files: Readonly<Record<string, unknown>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'outturn-archive-'));
  directories.push(directory);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content instanceof Uint8Array ? content : JSON.stringify(content));
  }
  return directory;
}

describe('a directory of dated payloads', () => {
  it('gets feeds and times from the names of folders and files', () => {
    const { feeds, payloads, leftOut } = readArchive(
      archiveOf({
        'litellm/prices-2025-08-07T1908Z.json': { a: 1 },
        'litellm/mirror-2025-08-07T190855Z.json': {},
        'models.dev/api-2025-08-08.json': {},
        'deep/er/litellm/x-2025-01-01.json': {},
        'litellm/notes.md': {},
        'weather/rain-2025-08-08.json': {},
        'litellm/broken-2025-02-31.json': {},
      }),
    );
    expect(feeds).toEqual([
      { slug: 'litellm', adapter: 'litellm' },
      { slug: 'models-dev', adapter: 'models_dev' },
    ]);
    expect(payloads.map(({ feed, observedAt }) => [feed, observedAt])).toEqual([
      ['litellm', at('2025-01-02')],
      ['litellm', at('2025-08-07T19:08:55Z')],
      ['litellm', at('2025-08-07T19:08:00Z')],
      ['models-dev', at('2025-08-09')],
    ]);
    expect(new TextDecoder().decode(payloads[2]?.read())).toBe('{"a":1}');
    expect(leftOut.map((file) => [file.name, file.why.slice(0, 20)])).toEqual([
      ['litellm/broken-2025-02-31.json', 'its name has no time'],
      ['litellm/notes.md', 'its name has no time'],
      ['weather/rain-2025-08-08.json', 'its folder names no '],
    ]);
  });

  it('has one feed per document if the adapter has one document per publisher', () => {
    const { feeds } = readArchive(archiveOf({ 'ledger/one-2025-01-01.json': {}, 'ledger/two-2025-01-01.json': {} }));
    expect(feeds.map((feed) => feed.slug)).toEqual(['ledger-one', 'ledger-two']);
  });

  it('follows backtest.json where there is one', () => {
    const feed = { slug: 'prices', adapter: 'litellm', covers: ['openai'], files: ['any/where/p'] };
    const { feeds, payloads, leftOut } = readArchive(
      archiveOf({
        'backtest.json': { format: 'outturn-backtest/1', feeds: [feed] },
        'any/where/p-2025-01-01.json': {},
        'litellm/prices-2025-08-07T1908Z.json': {},
      }),
    );
    expect(feeds).toMatchObject([{ slug: 'prices', adapter: 'litellm', covers: ['openai'] }]);
    expect(payloads.map((payload) => payload.name)).toEqual(['any/where/p-2025-01-01.json']);
    expect(leftOut.map((file) => file.name)).toEqual(['litellm/prices-2025-08-07T1908Z.json']);
  });

  it.each([
    ['of another format', { format: 'outturn-feeds/1', feeds: [] }, 'outturn-backtest/1'],
    ['without files', { format: 'outturn-backtest/1', feeds: [{ slug: 'a', adapter: 'litellm' }] }, 'backtest/1'],
    [
      'with a field that no feed has',
      { format: 'outturn-backtest/1', feeds: [{ slug: 'a', adapter: 'litellm', files: ['a'], color: 'red' }] },
      'outturn-feeds/1',
    ],
  ])('is refused with a backtest.json %s', (_name, manifest, said) => {
    expect(() => readArchive(archiveOf({ 'backtest.json': manifest }))).toThrow(said);
  });

  it('may contain compressed files, capital letters and links to files', () => {
    const directory = archiveOf({
      'litellm/a-2025-01-01.json.gz': gzipSync('{"a":1}'),
      'litellm/b-2025-01-02.JSON': { b: 1 },
      'elsewhere/c.json': { c: 1 },
    });
    symlinkSync(join(directory, 'elsewhere/c.json'), join(directory, 'litellm/c-2025-01-03.json'));
    symlinkSync(join(directory, 'nowhere'), join(directory, 'litellm/d-2025-01-04.json'));
    symlinkSync(directory, join(directory, 'litellm/circle'));
    const { payloads, leftOut } = readArchive(directory);
    expect(payloads.map(({ read }) => new TextDecoder().decode(read()))).toEqual(['{"a":1}', '{"b":1}', '{"c":1}']);
    expect(leftOut.map((file) => file.name)).toEqual([
      'litellm/circle',
      'litellm/d-2025-01-04.json',
      'elsewhere/c.json',
    ]);
  });

  it.each([
    ['is not valid gzip', 'a-2025-01-01.json.gz', new TextEncoder().encode('no gzip'), 'incorrect header'],
    [
      'decompresses to more than the maximum size',
      'a-2025-01-01.json.gz',
      gzipSync(new Uint8Array(payloadBytesMax + 1)),
      'larger than',
    ],
  ])('refuses a file that %s when it is read', (_what, name, bytes, said) => {
    const { payloads } = readArchive(archiveOf({ [`litellm/${name}`]: bytes }));
    expect(() => payloads[0]?.read()).toThrow(Refusal);
    expect(() => payloads[0]?.read()).toThrow(said);
  });

  it.each([
    ['is empty', {}, 'it has no files'],
    ['has no file with a time', { 'litellm/prices.json': {} }, 'litellm/prices.json: its name has no time'],
    ['has no folder that names an adapter', { 'acme/x-2025-01-01.json': {} }, 'its folder names no adapter'],
  ])('is refused if it %s, with a hint how to name files', (_what, files, said) => {
    const directory = archiveOf(files);
    expect(() => readArchive(directory)).toThrow(said);
    expect(() => readArchive(directory)).toThrow('Name files <adapter>/<name>-2025-08-07T1908Z.json');
  });

  it('is refused if it does not exist', () => {
    expect(() => readArchive(join(tmpdir(), 'outturn-no-such-directory'))).toThrow('is not a directory');
  });
});

it('the reviewed files of the program are replayed in order, each as its own feed', () => {
  const { feeds, payloads } = readReviewed(packageRoot());
  expect(feeds.map((feed) => feed.slug)).toEqual(['ledger', 'openai-sdk-history', 'anthropic-sdk-history']);
  const ledger = payloads.filter((payload) => payload.feed === 'ledger').map((payload) => payload.observedAt);
  expect(ledger.length).toBeGreaterThan(20);
  expect(ledger).toEqual([...ledger].sort((a, b) => a - b));
});
