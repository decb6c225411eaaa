import { describe, expect, it, test } from 'vitest';
import { type Addition, buildIdentity } from '../../../src/domain/identity/additions.ts';
import { entrySchema } from '../../../src/domain/identity/entries.ts';
import { parseModelId } from '../../../src/domain/identity/parse.ts';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import { readIdentityData } from '../../support/world.ts';

const table = readIdentityTable(readIdentityData());

/** `gemini 4 [flash] argon`: family, version, tiers and unknown words of a partial reading; of others the reason. */
function read(feed: string, host: string | null, name: string, identity = table): string {
  const found = parseModelId(identity, name, { feed, host });
  switch (found.outcome) {
    case 'model':
      return [found.vendor, found.family, found.version, found.tier].join(' ');
    case 'partial': {
      const { vendor, family, version, tiers, unknown, own } = found;
      const whose = own ? '' : ' (not own)';
      return `${vendor}: ${family ?? '?'} ${version ?? '?'} [${tiers.join(' ')}] ${unknown.join(' ')}${whose}`;
    }
    case 'none':
      return found.reason;
  }
}

describe('a name with an unknown word', () => {
  it.each([
    ['models_dev', 'google', 'gemini-4-argon', 'google: gemini 4 [] argon'],
    ['litellm', 'gemini', 'gemini/gemini-4-argon', 'google: gemini 4 [] argon'],
    ['openrouter', null, 'google/gemini-4-argon', 'google: gemini 4 [] argon'],
    ['gemini_models', 'google', 'gemini-4-argon', 'google: gemini 4 [] argon'],
    ['models_dev', 'openai', 'gpt-6-nova', 'openai: gpt 6 [] nova'],
    ['models_dev', 'openai', 'gpt-6-codex-nova-2027-01-31', 'openai: gpt 6 [codex] nova'],
    ['models_dev', 'anthropic', 'claude-zephyr-6', 'anthropic: claude 6 [] zephyr'],
    ['models_dev', 'anthropic', 'claude-zephyr6-5', 'anthropic: claude ? [] zephyr6'],
    ['models_dev', 'openai', 'gpt-nova-6', 'openai: gpt ? [] nova'],
    ['models_dev', 'openai', 'gpt-6-12-nova', 'openai: gpt ? [] 12 nova'],
    ['models_dev', 'openai', 'gpt-4-o', 'openai: gpt ? [] o'],
    ['models_dev', 'openai', 'gpt-mini', 'openai: gpt ? [mini] '],
    ['models_dev', 'mistral', 'mistral-nova-2503', 'mistral: mistral ? [] nova'],
    ['models_dev', 'llama', 'llama-5-nova-70b', 'meta: llama 5 [70b] nova'],
    ['models_dev', 'google', 'gemini-4-argon-tts', 'google: gemini-tts 4 [] argon'],
    ['', null, 'openai/gpt-6-nova', 'openai: gpt 6 [] nova (not own)'],
  ])('in %s, under %s, %s is read as %s', (feed, host, name, expected) => {
    expect(read(feed, host, name)).toBe(expected);
  });

  it.each([
    ['a row of a host', 'models_dev', 'openrouter', 'openai/gpt-6-nova', 'unrecognised'],
    ['a row of a host', 'litellm', 'azure', 'azure/gpt-6-nova', 'unrecognised'],
    ['a foreign namespace', 'huggingface', null, 'someone/Qwen9-nova', 'derivative'],
    ['a single name without a vendor', '', null, 'gpt-6-nova', 'unrecognised'],
    ['a headline', 'news', 'openai', 'GPT-5 Bio Bug Bounty', 'unrecognised'],
    ['a derivative', 'models_dev', 'openai', 'gpt-6-nova-distill', 'derivative'],
    ['another vendor', 'models_dev', 'openai', 'claude-6-nova', 'unrecognised'],
    ['a preset', 'models_dev', 'openai', 'o4-mini-high', 'preset'],
    ['a rolling alias', 'models_dev', 'openai', 'gpt-5-chat-latest', 'rolling_alias'],
  ])('stays unrecognised as %s: in %s, under %s, %s', (_what, feed, host, name, expected) => {
    expect(read(feed, host, name)).toBe(expected);
  });
});

describe('a name that no declared family begins', () => {
  it.each([
    ['models_dev', 'google', 'nano-banana-9', 'google: ? ? [] nano banana 9'],
    ['models_dev', 'openai', 'chatgpt-6-nova', 'openai: ? ? [] chatgpt 6 nova'],
    ['openrouter', null, 'mistralai/mistralnova', 'mistral: ? ? [] mistralnova'],
    ['openrouter', null, 'someone/nova-9', 'unknown_vendor'],
    ['models_dev', 'azure', 'nova-9', 'unknown_vendor'],
    ['models_dev', 'alibaba', 'nova-9', 'unknown_vendor'],
  ])('in %s, under %s, %s is read as %s', (feed, host, name, expected) => {
    expect(read(feed, host, name)).toBe(expected);
  });
});

describe('an addition', () => {
  const built = (id: string, fields: object) => {
    const entry = entrySchema.parse({ kind: 'alias', id, ...fields });
    const addition: Addition = { id: 'idn_1', entry, reason: 'reviewed' };
    return buildIdentity(table.file, [addition], 1).table;
  };

  test('turns a partial reading into a model, or declares it not to be one', () => {
    const asModel = built('gemini-4-argon', { means: 'gemini-4-pro' });
    const asNone = built('gemini-4-argon', { reason: 'codename' });
    expect(read('models_dev', 'google', 'gemini-4-argon', asModel)).toBe('google gemini 4 pro');
    expect(read('models_dev', 'google', 'gemini-4-argon', asNone)).toBe('codename');
  });
});

describe('an unread name with a word of another kind than language models', () => {
  it.each([
    ['models_dev', 'meta', 'muse-image-1', 'not_a_model'],
    ['gemini_models', 'google', 'nano-banana-image-2', 'not_a_model'],
    ['mistral_models', 'mistral', 'mistral-rerank-2610', 'not_a_model'],
    ['openai_models', 'openai', 'sonata-tts-2', 'not_a_model'],
    ['gemini_models', 'google', 'nano-banana-2-preview', 'google: ? ? [] nano banana 2 preview'],
  ])('in %s of %s, %s: %s', (feed, host, name, expected) => {
    expect(read(feed, host, name)).toBe(expected);
  });

  test('is still read where an addition reads it', () => {
    const entry = entrySchema.parse({ kind: 'alias', id: 'muse-image-1', means: 'muse-spark-1.1' });
    const { table: more } = buildIdentity(table.file, [{ id: 'idn_1', entry, reason: 'reviewed' }], 1);
    expect(read('models_dev', 'meta', 'muse-image-1', more)).toBe('meta muse 1.1 spark');
  });
});
