import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { ModelPattern } from '../../../src/domain/criterion/criterion.ts';
import { mayMatchPattern } from '../../../src/domain/criterion/may-match.ts';
import { matchesPattern } from '../../../src/domain/criterion/pattern.ts';
import type { IdContext, ModelId, PartialName } from '../../../src/domain/identity/model-id.ts';
import { parseModelId } from '../../../src/domain/identity/parse.ts';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import { terms } from '../../support/timelines.ts';
import { readIdentityData } from '../../support/world.ts';

const table = readIdentityTable(readIdentityData());
const { styleOf } = terms();

function partial(vendor: string, name: string): PartialName {
  const read = parseModelId(table, name, { feed: 'models_dev', host: vendor });
  if (read.outcome !== 'partial') throw new Error(`${name} is read as ${read.outcome}`);
  return read;
}

/** `google/gemini/4/flash`: `any` and `null` stand for themselves, an empty version for none, commas part tiers. */
function pattern(text: string): ModelPattern {
  const [vendor = '', family = '', version = '', tier = ''] = text.split('/');
  const tiers =
    tier === 'any' ? 'any' : tier === 'null' ? null : tier.split(',').map((one) => (one === '' ? null : one));
  const bound = /^([<>]=?)(.+)$/.exec(version);
  const names = { '>=': 'gte', '>': 'gt', '<=': 'lte', '<': 'lt' } as const;
  const range = bound === null ? version : { [names[bound[1] as keyof typeof names]]: bound[2] };
  return { vendor, family, ...(version === '' ? {} : { version: range }), tier: tiers };
}

describe('a name with an unknown word', () => {
  it.each([
    ['google', 'gemini-4-argon', 'google/gemini/4/any', true],
    ['google', 'gemini-4-argon', 'google/gemini/4/null', true],
    ['google', 'gemini-4-argon', 'google/gemini/4/argon', true],
    ['google', 'gemini-4-argon', 'google/gemini/4/pro,argon', true],
    ['google', 'gemini-4-argon', 'google/gemini/4/pro,', true],
    ['google', 'gemini-4-argon', 'google/gemini/4/flash', false],
    ['google', 'gemini-4-argon', 'google/gemini/4/flash-argon', false],
    ['google', 'gemini-4-argon', 'google/gemini/3/any', false],
    ['google', 'gemini-4-argon', 'google/gemini/>=4/any', true],
    ['google', 'gemini-4-argon', 'google/gemini/<4/any', false],
    ['google', 'gemini-4-argon', 'google/gemini//any', true],
    ['google', 'gemini-4-argon', 'google/any/4/any', true],
    ['google', 'gemini-4-argon', 'any/any/4/any', true],
    ['google', 'gemini-4-argon', 'any/gemini//any', true],
    ['google', 'gemini-4-argon', 'google/gemini-image/4/any', false],
    ['google', 'gemini-4-argon', 'openai/any//any', false],
    ['google', 'gemini-4-flash-argon', 'google/gemini/4/flash', true],
    ['google', 'gemini-4-flash-argon', 'google/gemini/4/flash-argon', true],
    ['google', 'gemini-4-flash-argon', 'google/gemini/4/argon-flash', true],
    ['google', 'gemini-4-flash-argon', 'google/gemini/4/argon', true],
    ['google', 'gemini-4-flash-argon', 'google/gemini/4/null', false],
    ['google', 'gemini-4-flash-argon', 'google/gemini/4/pro', false],
    ['google', 'gemini-4flash', 'google/gemini/4/flash', true],
    ['google', 'gemini-4flash', 'google/gemini/4/pro', false],
    ['openai', 'gpt-6-nova', 'openai/gpt/6/null', true],
    ['openai', 'gpt-6-nova', 'openai/gpt/6.1/any', false],
    ['openai', 'gpt-6-nova', 'openai/gpt-oss//any', false],
    ['openai', 'gpt-6-50', 'openai/gpt/6.50/null', true],
    ['openai', 'gpt-nova-2', 'openai/gpt/6/any', true],
    ['anthropic', 'claude-zephyr-6', 'anthropic/claude/6/zephyr', true],
    ['anthropic', 'claude-zephyr-6', 'anthropic/claude/5/any', false],
    ['anthropic', 'claude-zephyr6-5', 'anthropic/claude/6.5/any', true],
    ['anthropic', 'claude-zephyr', 'anthropic/claude/6/zephyr', true],
    ['anthropic', 'claude-zephyr', 'anthropic/claude/6/opus', false],
    ['xai', 'grok-4.30-zeta', 'xai/grok/4.3/any', true],
    ['xai', 'grok-4.30-zeta', 'xai/grok/>4.3/any', false],
  ])('in %s, %s, may match %s: %s', (vendor, name, asked, expected) => {
    expect(mayMatchPattern(pattern(asked), partial(vendor, name), styleOf)).toBe(expected);
  });
});

describe('a name that no family begins', () => {
  it.each([
    ['openai', 'chatgpt-6-nova', 'openai/gpt/6/any', true],
    ['openai', 'chatgpt-6-nova', 'openai/gpt/6/pro', false],
    ['openai', 'chatgpt-6-nova', 'openai/gpt/6/nova', true],
    ['openai', 'chatgpt-6-nova', 'openai/gpt-oss/6/any', false],
    ['openai', 'chatgpt-6-nova', 'openai/o/6/any', false],
    ['openai', 'new-o6', 'openai/o/6/any', true],
    ['openai', 'omni-6', 'openai/o/6/any', false],
    ['google', 'quokka', 'google/any//any', true],
    ['google', 'quokka', 'google/gemini/4/any', false],
    ['google', 'quokka', 'any/any//any', true],
    ['google', 'quokka', 'openai/any//any', false],
  ])('in %s, %s, may match %s: %s', (vendor, name, asked, expected) => {
    expect(mayMatchPattern(pattern(asked), partial(vendor, name), styleOf)).toBe(expected);
  });
});

type Readable = { readonly id: string; readonly context: IdContext; readonly model: ModelId };

const readable: readonly Readable[] = readFileSync(new URL('../identity/identity.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .flatMap((line) => {
    const [id = '', feed = '', host = ''] = line.split(',');
    const context = { feed, host: host === '' ? null : host };
    const model = parseModelId(table, id, context);
    // A nickname says nothing of its family; nothing of it is left to be known once it is changed.
    const isNamed = model.outcome === 'model' && id.toLowerCase().includes(model.family.split('-')[0] ?? '');
    return isNamed && model.own && model.tier !== null ? [{ id, context, model }] : [];
  });

/** The name with one word of its tier replaced; null where the tier does not stand in it. */
function withUnknownTier({ id, model }: Readable, word: string): string | null {
  for (const part of model.tier?.split('-') ?? []) {
    const found = new RegExp(`(?<=[-_/])${part.replace('.', '[.]')}(?=$|[-_:@])`, 'i').exec(id);
    if (found !== null) return `${id.slice(0, found.index)}${word}${id.slice(found.index + part.length)}`;
  }
  return null;
}

describe('a readable name', () => {
  // What a reviewed alias says of a whole name is lost once the name is changed: `gemini-nano-2` is of Gemini 1.
  const isAlias = ({ id }: Readable): boolean => table.aliases.has(id.toLowerCase());
  const examples = readable.filter((example) => !isAlias(example) && withUnknownTier(example, 'zyx') !== null);

  test('with a tier occurs in the corpus often enough to test', () => {
    expect(examples.length).toBeGreaterThan(60);
  });

  test('may match with another tier every pattern of any tier that it matched', () => {
    const bounds = [undefined, '=', 'gte', 'lte', 'gt', 'lt'] as const;
    const versions = fc.constantFrom('0', '1', '2', '2.5', '3', '3.5', '4', '4o', '4.1', '4.5', '5', '6', '9');
    fc.assert(
      fc.property(
        fc.constantFrom(...examples),
        fc.constantFrom('zyx', 'argonaut', 'nuova2', '7q'),
        fc.record({ anyVendor: fc.boolean(), anyFamily: fc.boolean(), bound: fc.constantFrom(...bounds) }),
        fc.option(versions),
        ({ id, context, model }, word, { anyVendor, anyFamily, bound }, given) => {
          const renamed = withUnknownTier({ id, context, model }, word) ?? '';
          const read = parseModelId(table, renamed, context);
          if (read.outcome !== 'partial') throw new Error(`${renamed} is read as ${read.outcome}`);
          const version = given ?? model.version ?? '1';
          const asked: ModelPattern = {
            vendor: anyVendor ? 'any' : model.vendor,
            family: anyFamily ? 'any' : model.family,
            ...(bound === undefined ? {} : { version: bound === '=' ? version : { [bound]: version } }),
            tier: 'any',
          };
          if (matchesPattern(asked, model, styleOf)) expect(mayMatchPattern(asked, read, styleOf), renamed).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
