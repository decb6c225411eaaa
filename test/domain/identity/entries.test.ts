import { describe, expect, test } from 'vitest';
import { type Addition, buildIdentity } from '../../../src/domain/identity/additions.ts';
import { type EntryProblem, findConflict } from '../../../src/domain/identity/conflicts.ts';
import { entrySchema } from '../../../src/domain/identity/entries.ts';
import { parseModelId } from '../../../src/domain/identity/parse.ts';
import { findShadow } from '../../../src/domain/identity/shadows.ts';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import { readIdentityData } from '../../support/world.ts';

const fileTable = readIdentityTable(readIdentityData());
const { file } = fileTable;

function toAdditions(entries: readonly object[]): Addition[] {
  return entries.map((entry, at) => ({ id: `idn_${at}`, entry: entrySchema.parse(entry), reason: 'reviewed' }));
}

function build(...entries: object[]) {
  return buildIdentity(file, toAdditions(entries), entries.length);
}

/** `google gemini 4 argon general own`, or why the name is no model. */
function readIn(table: typeof fileTable, name: string, [feed, host]: readonly [string, string?]): string {
  const found = parseModelId(table, name, { feed, host: host ?? null });
  if (found.outcome !== 'model') return found.reason;
  const { vendor, family, version, tier, stage, own } = found;
  return [vendor, family, version ?? '-', tier ?? '-', stage, own ? 'own' : 'hosted'].join(' ');
}

const google = ['litellm', 'gemini'] as const;
const openai = ['litellm', 'openai'] as const;
const hub = ['openrouter'] as const;

const tier = { kind: 'tier', vendor: 'google', family: 'gemini', tier: 'neon' };
const channel = { kind: 'channel', vendor: 'google', family: 'gemini', channel: 'neon' };
const namespace = { kind: 'namespace', vendor: 'mistral', namespace: 'mistral-labs' };
const family = { kind: 'family', vendor: 'openai', family: 'gpt-video', names: ['gpt-video'] };
const limited = { kind: 'limited', vendor: 'google', family: 'gemini', version: '2.5', tier: 'pro' };
const none = { kind: 'not_a_model', id: 'gemini-4-neon' };

describe('an entry of the kind', () => {
  test.each([
    ['tier', tier, 'gemini-4-neon', google, 'unrecognised', 'google gemini 4 neon general own'],
    [
      'tier, of several words',
      { ...tier, tier: 'neon-max' },
      'gemini-neon-max-4',
      google,
      'unrecognised',
      'google gemini 4 neon-max general own',
    ],
    [
      'tier, of one version',
      { ...tier, versions: ['4'] },
      'gemini-4-neon',
      google,
      'unrecognised',
      'google gemini 4 neon general own',
    ],
    ['tier, of another version', { ...tier, versions: ['4'] }, 'gemini-5-neon', google, 'unrecognised', 'unrecognised'],
    [
      'tier, of more versions',
      { ...tier, tier: 'flash-8b', versions: ['4'] },
      'gemini-4-flash-8b',
      google,
      'unrecognised',
      'google gemini 4 flash-8b general own',
    ],
    ['tier, of a preview', tier, 'gemini-4-neon-preview', google, 'unrecognised', 'google gemini 4 neon preview own'],
    ['tier, of a rolling alias', tier, 'gemini-neon-latest', google, 'unrecognised', 'rolling_alias'],
    ['channel', channel, 'gemini-4-neon', google, 'unrecognised', 'google gemini 4 - general own'],
    [
      'channel of all families',
      { kind: 'channel', channel: 'fp6' },
      'gpt-6-fp6',
      openai,
      'unrecognised',
      'openai gpt 6 - general own',
    ],
    [
      'channel of all families, after a colon',
      { kind: 'channel', channel: 'fp6' },
      'gpt-6:fp6',
      openai,
      'unrecognised',
      'openai gpt 6 - general own',
    ],
    [
      'namespace',
      namespace,
      'mistral-labs/mistral-large-3',
      hub,
      'derivative',
      'mistral mistral 3 large general hosted',
    ],
    [
      'namespace of its own',
      { ...namespace, own: ['openrouter'] },
      'mistral-labs/mistral-large-3',
      hub,
      'derivative',
      'mistral mistral 3 large general own',
    ],
    ['namespace, of another vendor', namespace, 'mistral-labs/gpt-5', hub, 'derivative', 'derivative'],
    ['namespace, of a derivative', namespace, 'mistral-labs/mistral-large-3-distill', hub, 'derivative', 'derivative'],
    [
      'namespace, of a rolling alias',
      namespace,
      'mistral-labs/mistral-large-latest',
      hub,
      'derivative',
      'rolling_alias',
    ],
    ['family', family, 'gpt-video-2', openai, 'not_a_model', 'openai gpt-video 2 - general own'],
    [
      'limited',
      limited,
      'gemini-2.5-pro',
      google,
      'google gemini 2.5 pro general own',
      'google gemini 2.5 pro limited own',
    ],
    [
      'limited, by name',
      { kind: 'limited', vendor: 'openai', name: 'gpt-5-mini' },
      'gpt-5-mini',
      openai,
      'openai gpt 5 mini general own',
      'openai gpt 5 mini limited own',
    ],
    ['not_a_model', none, 'gemini-4-neon', google, 'unrecognised', 'not_a_model'],
    [
      'not_a_model, of a readable name',
      { ...none, id: 'gpt-5', reason: 'codename' },
      'gpt-5',
      openai,
      'openai gpt 5 - general own',
      'codename',
    ],
    [
      'not_a_model, of all that begins so',
      { ...none, match: 'prefix' },
      'gemini-4-neon-2',
      google,
      'unrecognised',
      'not_a_model',
    ],
  ] as const)('%s', (_kind, entry, name, place, before, after) => {
    expect(readIn(fileTable, name, place)).toBe(before);
    const { table, idle } = build(entry);
    expect([...idle]).toEqual([]);
    expect(readIn(table, name, place)).toBe(after);
  });

  test('tier reads a name together with a namespace, which neither does alone', () => {
    const name = 'mistral-labs/mistral-neon-4';
    const neon = { ...tier, vendor: 'mistral', family: 'mistral' };
    expect(readIn(build(neon).table, name, hub)).toBe('derivative');
    expect(readIn(build(namespace).table, name, hub)).toBe('unrecognised');
    expect(readIn(build(neon, namespace).table, name, hub)).toBe('mistral mistral 4 neon general hosted');
  });

  test('limited holds for a name that another entry makes readable', () => {
    const { table } = build(tier, { kind: 'limited', vendor: 'google', family: 'gemini', tier: 'neon' });
    expect(readIn(table, 'gemini-4-neon', google)).toBe('google gemini 4 neon limited own');
  });

  test.each([
    ['tier', { ...tier, family: 'gpt', vendor: 'openai' }, 'gpt-5-chat-latest', openai],
    ['channel', { kind: 'channel', vendor: 'openai', family: 'o', channel: 'neon' }, 'o4-mini-high', openai],
    ['namespace', { ...namespace, vendor: 'openai', namespace: 'my-org' }, 'my-org/gpt-5-gguf', hub],
    ['namespace', { ...namespace, vendor: 'openai', namespace: 'my-org' }, 'ft:gpt-4o-mini', openai],
  ] as const)('%s leaves what the file knows to be no release', (_kind, entry, name, place) => {
    const known = readIn(fileTable, name, place);
    expect(known).not.toContain(' ');
    expect(readIn(build(entry).table, name, place)).toBe(known);
  });

  test('leaves every name that the file reads the model that it is', () => {
    const names = ['gpt-5', 'gpt-5-mini-2025-08-07', 'gemini-2.5-flash-preview-09-2025', 'gemini-2.5-pro', 'o3-mini'];
    const { table, idle } = build(
      tier,
      { ...channel, channel: 'xenon' },
      { kind: 'channel', channel: 'fp6' },
      namespace,
      family,
    );
    expect(idle.size).toBe(0);
    for (const name of names) {
      const place = name.startsWith('gemini') ? google : openai;
      expect(readIn(table, name, place)).toBe(readIn(fileTable, name, place));
    }
  });

  test('tier waits for its family: without it the entry is idle, and says why', () => {
    const solar = { kind: 'vendor', id: 'sun', namespaces: ['sun'], families: [{ family: 'solar', names: ['solar'] }] };
    const flare = { kind: 'tier', vendor: 'sun', family: 'solar', tier: 'flare' };
    expect(build(solar, flare).idle.size).toBe(0);
    expect([...build(flare).idle.values()]).toEqual(['family sun/solar is not known']);
  });
});

/** The first problem of an entry, beside others. */
function findProblem(entry: object, ...others: object[]): EntryProblem | null {
  const { table, data } = others.length === 0 ? { table: fileTable, data: file } : build(...others);
  const parsed = entrySchema.parse(entry);
  return findConflict(data, parsed) ?? findShadow(table, parsed);
}

describe('an entry is refused', () => {
  test.each([
    ['a tier of an unknown vendor', { ...tier, vendor: 'goggle' }, '/family', 'goggle/gemini is not known'],
    ['a tier of an unknown family', { ...tier, family: 'gemino' }, '/family', 'google/gemino is not known'],
    ['a tier that is one', { ...tier, tier: 'pro' }, '/tier', 'already a tier of gemini'],
    ['a tier of some versions, without versions', { ...tier, tier: 'flash-8b' }, '/tier', 'set versions to add more'],
    [
      'a tier of a version that has it',
      { ...tier, tier: 'flash-8b', versions: ['4', '1.5'] },
      '/versions/1',
      'already',
    ],
    [
      'a tier of a version written otherwise',
      { ...tier, versions: ['4.0'] },
      '/versions/0',
      'not a normalised version',
    ],
    ['a tier that is a channel', { ...tier, tier: 'customtools' }, '/tier', 'already a channel of gemini'],
    ['a tier that is a channel everywhere', { ...tier, tier: 'thinking' }, '/tier', 'a channel of every family'],
    ['a tier that means a preview', { ...tier, tier: 'beta' }, '/tier', 'a word for previews'],
    ['a tier with a rolling word', { ...tier, tier: 'neon-latest' }, '/tier', 'contains latest'],
    ['a tier with another family', { ...tier, tier: 'neon-qwen3' }, '/tier', 'names a family'],
    ['a tier that moves to another family', { ...tier, tier: 'tts' }, '/tier', 'a family other than'],
    ['a tier that begins with a version', { ...tier, tier: '4.5' }, '/tier', 'begins with a number'],
    ['a tier that is a size', { ...tier, vendor: 'meta', family: 'llama', tier: '70b' }, '/tier', 'a number|a size'],
    ['a tier with an underscore', { ...tier, tier: 'neon_max' }, '/tier', 'words joined by dashes'],
    ['a channel that is a tier', { ...channel, channel: 'pro' }, '/channel', 'already a tier of gemini'],
    ['a channel of an unknown family', { ...channel, family: 'gemino' }, '/family', 'is not known'],
    ['a channel that makes a derivative', { kind: 'channel', channel: 'gguf' }, '/channel', 'for derivatives'],
    ['a namespace of an unknown vendor', { ...namespace, vendor: 'mystery' }, '/vendor', 'mystery is not known'],
    [
      'a namespace of another vendor',
      { ...namespace, namespace: 'openai' },
      '/namespace',
      'already defined for openai',
    ],
    [
      'a namespace that stands already',
      { ...namespace, namespace: 'mistralai' },
      '/namespace',
      'is already defined for mistral',
    ],
    ['a reserved namespace', { ...namespace, namespace: 'upstage' }, '/namespace', 'is Upstage'],
    ['a host as a namespace', { ...namespace, namespace: 'azure' }, '/namespace', 'models of several vendors'],
    ['a region as a namespace', { ...namespace, namespace: 'eu' }, '/namespace', 'a region or a channel'],
    ['a namespace of its own nowhere', { ...namespace, own: ['news'] }, '/own/0', 'is not a type of feed'],
    ['a family of an unknown vendor', { ...family, vendor: 'openia' }, '/vendor', 'is not known'],
    ['a family that stands already', { ...family, family: 'gpt' }, '/family', 'is already defined'],
    ['a name of another family', { ...family, names: ['gpt-video', 'gpt'] }, '/names/1', 'openai/gpt'],
    ['a name of another vendor', { ...family, names: ['claude-video'] }, '/names/0', 'a family of anthropic'],
    ['a name that begins a model', { ...family, names: ['gpt-6'] }, '/names/0', 'like a model of openai/gpt'],
    ['a name with a known tier', { ...family, names: ['gpt-mini'] }, '/names/0', 'like a model of openai/gpt'],
    ['a name that is an alias', { ...family, names: ['chatgpt-4o-latest'] }, '/names/0', 'an alias'],
    ['a name behind a host', { ...family, names: ['databricks-video'] }, '/names/0', 'is read as'],
    ['a family id that is a model', { ...family, family: 'gpt-6' }, '/family', 'like a model of openai/gpt'],
    ['a limited model of an unknown vendor', { ...limited, vendor: 'goggle' }, '/vendor', 'is not known'],
    ['a limited model of an unknown family', { ...limited, family: 'gemino' }, '/family', 'is not known'],
    ['a limited model with an odd version', { ...limited, version: '2.0' }, '/version', 'not a normalised version'],
    ['a limit that ends first', { ...limited, from: '2026-02-01', until: '2026-01-01' }, '/until', 'after from'],
    ['a limit that stands', { kind: 'limited', vendor: 'anthropic', family: 'claude', tier: 'mythos' }, '', 'already'],
    ['a name that is said to be none twice', { ...none, id: 'deepseek-chat' }, '/id', 'is already defined'],
  ])('%s', (_what, entry, pointer, detail) => {
    const problem = findProblem(entry);
    expect(problem).toMatchObject({ pointer });
    expect(problem?.detail).toMatch(new RegExp(detail));
  });

  test.each([
    ['a tier that was added as a channel', tier, channel, '/tier'],
    ['a channel that was added as a tier', channel, tier, '/channel'],
    ['a limit that was added', limited, limited, ''],
    [
      'a tier of a word that every object has',
      { ...tier, tier: 'constructor' },
      { ...tier, tier: 'constructor' },
      '/tier',
    ],
    ['an alias that was added', none, none, '/id'],
    ['an alias of what a tier makes readable', { kind: 'alias', id: 'gemini-4-neon', means: 'gpt-5' }, tier, '/id'],
  ])('%s', (_what, entry, other, pointer) => {
    expect(findProblem(entry)).toBeNull();
    expect(findProblem(entry, other)).toMatchObject({ pointer });
  });
});
