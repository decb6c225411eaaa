import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adapterNames, findAdapter } from '../../../../src/domain/feeds/adapters/registry.ts';
import { readExpected, readGolden } from './payloads.ts';

const files = readdirSync(new URL('../../../golden/feeds/', import.meta.url));

/** `models_dev` → `models-dev.payload.json` and what must come of it, `models-dev.json`. */
function payloadOf(adapter: string): string {
  const start = `${adapter.replaceAll('_', '-')}.payload.`;
  const found = files.find((file) => file.startsWith(start));
  if (found === undefined) throw new Error(`${adapter} has no golden payload ${start}*`);
  return found;
}

/** The options of the first default feed of an adapter. */
function optionsOf(adapter: string): unknown {
  const { feeds } = JSON.parse(readFileSync(new URL('../../../../data/feeds.json', import.meta.url), 'utf8'));
  return feeds.find((feed: { adapter: string }) => feed.adapter === adapter)?.options;
}

describe('every adapter', () => {
  it.each(adapterNames)('%s matches its golden payload exactly', (name) => {
    const payload = payloadOf(name);
    expect(findAdapter(name)?.parse(readGolden(payload), optionsOf(name))).toEqual(
      readExpected(payload.replace(/\.payload\..*/, '.json')),
    );
  });
});
