import { describe, expect, test } from 'vitest';
import { type Addition, buildIdentity } from '../../../src/domain/identity/additions.ts';
import { findConflict } from '../../../src/domain/identity/conflicts.ts';
import { entrySchema } from '../../../src/domain/identity/entries.ts';
import type { UnreadName } from '../../../src/domain/identity/hint-variants.ts';
import { type Hint, isAbout, listHints } from '../../../src/domain/identity/hints.ts';
import { parseModelId } from '../../../src/domain/identity/parse.ts';
import type { IdentityData } from '../../../src/domain/identity/schema.ts';
import { findShadow } from '../../../src/domain/identity/shadows.ts';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import { readIdentityData } from '../../support/world.ts';

const { file } = readIdentityTable(readIdentityData());

/** The file as it was before anybody knew Kimi. */
const withoutKimi: IdentityData = {
  ...file,
  families: file.families.filter(({ family }) => !family.startsWith('kimi')),
  aliases: file.aliases.filter(({ id }) => !id.startsWith('kimi')),
};

/** What a check of an entry hints at, for these names in a catalogue; it must read none of them itself. */
function hint(entry: object, names: readonly string[], data = file, host: string | null = null): Hint[] {
  const parsed = entrySchema.parse(entry);
  const build = (tried: Addition['entry']) => {
    const built = buildIdentity(data, [{ id: 'idn', entry: tried, reason: 'reviewed' }], 1);
    const standing = buildIdentity(data, [], 0);
    if (findConflict(data, tried) !== null || findShadow(standing.table, tried) !== null) return null;
    return built.idle.size > 0 ? null : built.table;
  };
  const table = build(parsed);
  if (table === null) throw new Error('the entry is refused');
  const unread = names
    .map((name): UnreadName => ({ name, feed: 'litellm', host }))
    .filter((name) => parseModelId(table, name.name, name).outcome !== 'model' && isAbout(parsed, name));
  return listHints({ entry: parsed, table, tryEntry: build, unread });
}

const kimi = { kind: 'family', vendor: 'moonshot', family: 'kimi', names: ['kimi'] };
const neon = { kind: 'tier', vendor: 'google', family: 'gemini', tier: 'neon' };
const gptNeon = { ...neon, vendor: 'openai', family: 'gpt' };

describe('a check of an entry that matches no name', () => {
  test('shows that kimi needs kimi-k with a joined version', () => {
    const [first] = hint(kimi, ['kimi-k2', 'moonshotai/kimi-k2.5', 'kimi-k2-0905'], withoutKimi);
    expect(first).toMatchObject({
      code: 'longer_name',
      names: 3,
      example: 'kimi-k2',
      entry: { names: ['kimi-k'], joins: [''], snapshots: expect.arrayContaining(['MMDD']) },
    });
    expect(first?.detail).toBe(
      'Try kimi-k with a joined version, month and day stamps: the entry then matches 3 names.',
    );
    expect(hint(first?.entry ?? {}, ['kimi-k2', 'kimi-k2-0905'], withoutKimi)).toMatchObject([
      { code: 'no_such_name' },
    ]);
  });

  test('suggests the simplest change of those that read the most', () => {
    expect(hint(kimi, ['kimi-k2', 'kimi-k2.5'], withoutKimi)[0]).toMatchObject({
      detail: 'Try kimi-k with a joined version: the entry then matches 2 names.',
      entry: { ...kimi, names: ['kimi-k'], joins: [''] },
    });
    expect(hint(kimi, ['kimi-k2', 'kimi-k2.5'], withoutKimi)[0]?.entry).not.toHaveProperty('snapshots');
  });

  const solar = { kind: 'vendor', id: 'sun', namespaces: ['sun'], families: [{ family: 'solar', names: ['solar'] }] };

  test.each([
    ['joined_version', kimi, 'kimi2', { joins: ['', '-'] }],
    [
      'other_grammar',
      { ...kimi, names: ['kimi-k'], joins: [''] },
      'kimi-k2-0905',
      { snapshots: ['YYYY-MM-DD', 'YYYYMMDD', 'YYMMDD', 'MMDD'] },
    ],
    ['other_grammar', kimi, 'kimi-2-70b', { sizes: 'tier' }],
    ['other_grammar', kimi, 'kimi', { unversioned: 'model' }],
    ['joined_version', solar, 'sun/solar3', { families: [{ family: 'solar', names: ['solar'], joins: ['', '-'] }] }],
    ['longer_word', neon, 'gemini-4-neon-max', { tier: 'neon-max' }],
    ['longer_word', neon, 'gemini-4-ultra-max-neon', { tier: 'max-neon' }],
    ['other_family', neon, 'claude-4-neon', { vendor: 'anthropic', family: 'claude' }],
    ['every_version', { ...neon, versions: ['4'] }, 'gemini-5-neon', { ...neon }],
    ['prefix_match', { kind: 'alias', id: 'gpt-next', means: 'gpt-5' }, 'gpt-next-mini', { match: 'prefix' }],
    ['without_namespace', { kind: 'alias', id: 'openai/gpt-next', means: 'gpt-5' }, 'gpt-next', { id: 'gpt-next' }],
    ['prefix_match', { kind: 'not_a_model', id: 'gpt-next' }, 'gpt-next-mini', { match: 'prefix' }],
  ])('suggests %s', (code, entry, name, fields) => {
    const [first] = hint(entry, [name], withoutKimi);
    expect(first).toMatchObject({ code, names: 1, example: name, entry: { kind: entry.kind, ...fields } });
    if (code === 'every_version') expect(first?.entry).not.toHaveProperty('versions');
  });

  test.each([
    ['unknown_words', neon, 'gemini-4-neon-zeta-rho-tau', 'does not know the words zeta, rho, tau'],
    ['no_version', gptNeon, 'gpt-neon', 'without a version'],
    ['known_as', gptNeon, 'gpt-5-neon-distill', 'read as derivative'],
    ['no_family', { kind: 'namespace', vendor: 'xai', namespace: 'x-labs' }, 'x-labs/zeta-4', 'no known family'],
    [
      'not_read_yet',
      { kind: 'limited', vendor: 'google', name: 'gemini-4-neon' },
      'gemini-4-neon',
      'add the family or tier first',
    ],
    ['no_such_name', neon, 'gemini-4-zeta', 'No unread stored name contains neon'],
    ['no_such_name', neon, 'gemini-4-proneon', 'No unread stored name contains neon'],
  ])('says %s', (code, entry, name, detail) => {
    const found = hint(entry, [name]);
    expect(found.map((row) => row.code)).toContain(code);
    expect(found.find((row) => row.code === code)?.detail).toContain(detail);
  });

  test('counts the names of a reason once each, the commonest first', () => {
    const found = hint(gptNeon, ['gpt-neon', 'gpt-5-neon-distill', 'gpt-6-neon-gguf']);
    expect(found.map(({ code, names }) => [code, names])).toEqual([
      ['known_as', 2],
      ['no_version', 1],
    ]);
  });
});
