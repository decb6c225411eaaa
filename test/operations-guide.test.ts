import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { exportFormat } from '../src/domain/transfer/format.ts';
import { configurationTable } from '../src/environment.ts';
import { packageRoot } from '../src/package-root.ts';
import { drainMsMax, noticeMs } from '../src/serving.ts';
import { recordTables, tablesLeftOut } from '../src/store/record-tables.ts';
import { fencedBlocks } from './support/markdown.ts';

const read = (path: string): string => readFileSync(join(packageRoot(), path), 'utf8');
const guide = read('docs/operations.md');
const blocks = fencedBlocks(guide);
const block = (language: string): string => blocks.find((found) => found.language === language)?.text ?? '';

describe('the page on running it', () => {
  it('names variables that the program reads, and no others', () => {
    const known = new Set(configurationTable.map((row) => row.name));
    const ofOthers = ['POSTGRES_USER', 'POSTGRES_DB', 'POSTGRES_PASSWORD', 'RESTORE_URL', 'NODE_EXTRA_CA_CERTS'];
    const named = [
      ...guide.matchAll(/\b((?:OUTTURN|POSTGRES|DATABASE|RESTORE|METRICS|LOG|NODE|HTTPS?|NO)_[A-Z_]+)\b/g),
    ];
    const unknown = named.map((match) => match[1] ?? '').filter((name) => !known.has(name) && !ofOthers.includes(name));
    expect(named.length).toBeGreaterThan(20);
    expect(unknown).toEqual([]);
  });

  it('names metrics that there are', () => {
    const source = read('src/http/service/metrics.ts');
    const named = [...guide.matchAll(/`(outturn_[a-z_]+)/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !source.includes(`'${name}'`))).toEqual([]);
  });

  it('names every host that the shipped feeds reach, and no other', () => {
    const feeds: { feeds: { url: string | null }[] } = JSON.parse(read('data/feeds.json'));
    const urls = feeds.feeds.flatMap(({ url }) => (url?.startsWith('https://') === true ? [new URL(url).host] : []));
    const listed = blocks
      .find(({ text }) => text.startsWith('ai-gateway'))
      ?.text.trim()
      .split(/\s+/);
    expect(listed?.sort()).toEqual([...new Set(urls)].sort());
  });

  it('gives Compose every variable that a server database requires, and asks for health where there is an answer', () => {
    const { services } = parse(block('yaml'));
    const { environment, healthcheck } = services.outturn;
    expect(Object.keys(environment)).toEqual(
      expect.arrayContaining(['DATABASE_URL', 'OUTTURN_SECRET', 'OUTTURN_ADMIN_KEY']),
    );
    expect(healthcheck.test.at(-1)).toContain(':3000/readyz');
    expect(read('src/http/service/health.ts')).toContain("path: '/readyz'");
  });

  it('has proxies take what the program takes, and keep their hands off ETags and streams', () => {
    const nginx = block('nginx');
    expect(nginx).toContain('client_max_body_size 33m;');
    expect(nginx).toContain('gzip off;');
    expect(nginx).toMatch(/\^\/v1\/\(events\/stream\|export\)\$ \{[^}]*proxy_buffering off;/);
  });

  it('lets it stop in peace', () => {
    const seconds = Number(/TimeoutStopSec=(\d+)/.exec(block('ini'))?.[1]);
    expect(seconds * 1000).toBeGreaterThan(drainMsMax + noticeMs);
  });

  it('says of every table how it grows and how long rows are kept', () => {
    const rows = guide.slice(guide.indexOf('## Disk usage')).match(/^\| `.*$/gm) ?? [];
    const named = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map((match) => match[1] ?? ''),
    );
    expect(named.sort()).toEqual([...recordTables, ...Object.keys(tablesLeftOut)].sort());
  });

  test('what is said to be left out of an export is what is left out', () => {
    expect(Object.keys(tablesLeftOut).sort()).toEqual([
      'end_notice_queue',
      'idempotency_keys',
      'leases',
      'prediction_counts',
      'prediction_documents',
      'rate_windows',
      'schema_migrations',
      'scorecard_marks',
      'scorecards',
      'webhook_leases',
    ]);
    expect(exportFormat).toBe('outturn-export/1');
  });
});
