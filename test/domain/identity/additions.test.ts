import { describe, expect, test } from 'vitest';
import { type Addition, buildIdentity } from '../../../src/domain/identity/additions.ts';
import { entrySchema } from '../../../src/domain/identity/entries.ts';
import { parseModelId } from '../../../src/domain/identity/parse.ts';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import { readIdentityData } from '../../support/world.ts';

const { file } = readIdentityTable(readIdentityData());
const known = file.aliases[0]?.id ?? '';

function alias(id: string, fields: object): Addition {
  return { id: `idn_${id}`, entry: entrySchema.parse({ kind: 'alias', id, ...fields }), reason: 'reviewed' };
}

function read(additions: readonly Addition[], name: string): string {
  const { table } = buildIdentity(file, additions, additions.length);
  const found = parseModelId(table, name, { feed: 'litellm', host: 'openai' });
  if (found.outcome !== 'model') return found.reason;
  return [found.vendor, found.family, found.version, found.tier].join(' ');
}

describe('the identity data with additions', () => {
  test('has the number of the last addition in its version, even if that only revoked one', () => {
    expect(buildIdentity(file, [], 0).table.version).toBe(file.version);
    expect(buildIdentity(file, [], 2).table.version).toBe(`${file.version}+2`);
    expect(buildIdentity(file, [alias('gpt-next', { means: 'gpt-5' })], 3).table).toMatchObject({
      version: `${file.version}+3`,
      revision: 3,
      file,
    });
  });

  test('reads unrecognised names, with the channels and dates of the grammar', () => {
    const next = alias('gpt-next', { means: 'gpt-5', match: 'prefix' });
    expect(read([], 'gpt-next')).toBe('unrecognised');
    expect(read([next], 'gpt-next')).toBe('openai gpt 5 ');
    expect(read([next], 'gpt-next-2025-08-07')).toBe('openai gpt 5 ');
    expect(read([next], 'gpt-next-mini')).toBe('openai gpt 5 mini');
  });

  test.each([
    ['a rolling alias', 'gpt-5-chat-latest', 'rolling_alias'],
    ['a preset', 'o4-mini-high', 'preset'],
    ['a derivative', 'ft:gpt-4o-mini', 'derivative'],
    ['a derivative as the page of deprecations writes it', 'ft-o4-mini-2025-04-16', 'derivative'],
  ])('never turns %s into a release, whatever is in the database', (_what, name, reason) => {
    expect(read([], name)).toBe(reason);
    expect(read([alias(name, { means: 'gpt-5' })], name)).toBe(reason);
    expect(read([alias(name.slice(0, 5), { means: 'gpt-5', match: 'prefix' })], name)).toBe(reason);
  });

  test('never changes the model of a name that the file reads, but can declare it not to be a model', () => {
    expect(read([alias('gpt-5', { means: 'gpt-6' })], 'gpt-5')).toBe('openai gpt 5 ');
    expect(read([alias('gpt-5', { reason: 'not_a_model' })], 'gpt-5')).toBe('not_a_model');
  });

  test('ignores an addition that the file itself now contains, and says why', () => {
    const twice = alias(known, { means: 'gpt-5' });
    const next = alias('gpt-next', { means: 'gpt-5' });
    const { table, idle } = buildIdentity(file, [twice, next], 2);
    expect([...idle]).toEqual([[twice.id, `alias ${known} is already defined; GET /v1/identity shows what it means`]]);
    expect(parseModelId(table, 'gpt-next', { feed: 'litellm' })).toMatchObject({ outcome: 'model', version: '5' });
  });

  const vendor = (id: string, fields: object): Addition => ({
    id: `idn_${id}`,
    entry: entrySchema.parse({ kind: 'vendor', id, families: [{ family: 'solar', names: ['solar'] }], ...fields }),
    reason: 'reviewed',
  });

  test.each([
    ['its namespace', { namespaces: ['upstage'] }],
    ['another namespace next to it', { namespaces: ['solar-labs', 'upstage'] }],
    ['its host in a feed', { own: { litellm: ['upstage'] } }],
  ])('gives a reserved vendor id to the company it is reserved for, identified by %s', (_what, fields) => {
    const { table, idle } = buildIdentity(file, [vendor('upstage', fields)], 1);
    expect([...idle]).toEqual([]);
    expect(parseModelId(table, 'upstage/solar-3', { feed: 'litellm', host: 'upstage' })).toMatchObject({
      vendor: 'upstage',
    });
  });

  test.each([
    ['a reserved id without a namespace', 'upstage', {}, /vendor upstage is reserved for Upstage/],
    ['a reserved id for another company', 'upstage', { namespaces: ['backstage'] }, /vendor upstage is reserved/],
    ['a reserved namespace', 'downstage', { namespaces: ['upstage'] }, /namespace upstage is Upstage/],
    ['a reserved namespace as a host', 'downstage', { own: { litellm: ['upstage'] } }, /namespace upstage is Upstage/],
    [
      'a namespace of a vendor of the file',
      'kimi-labs',
      { namespaces: ['moonshotai'] },
      /namespace moonshotai is already defined/,
    ],
    ['the id of a vendor in the file', 'moonshot', { namespaces: ['moon-labs'] }, /vendor moonshot is already defined/],
  ])('rejects a vendor that takes %s', (_what, id, fields, why) => {
    const { table, idle } = buildIdentity(file, [vendor(id, fields)], 1);
    expect(idle.get(`idn_${id}`)).toMatch(why);
    expect(parseModelId(table, 'solar-3', { feed: 'litellm' })).toMatchObject({ reason: 'unknown_vendor' });
  });
});
