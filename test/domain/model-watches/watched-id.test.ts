import { expect, test } from 'vitest';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import { readWatchedId } from '../../../src/domain/model-watches/watched-id.ts';
import { readIdentityData } from '../../support/world.ts';

const table = readIdentityTable(readIdentityData());

function read(id: string, host: string | null = null): string {
  const { vendor, slug, name, host: servedBy, isAlias, problem } = readWatchedId(table, id, host);
  if (problem !== null) return `${problem} ${vendor}`;
  return `${isAlias ? 'alias of ' : ''}${vendor}/${slug} as ${name} on ${servedBy}`;
}

test.each([
  ['gpt-5', 'openai/gpt-5 as gpt-5 on null'],
  ['gpt-5-2025-08-07', 'openai/gpt-5 as gpt-5-2025-08-07 on null'],
  ['openai/gpt-5', 'openai/gpt-5 as gpt-5 on null'],
  ['gemini/gemini-2.5-flash', 'google/gemini-2.5-flash as gemini-2.5-flash on null'],
  ['anthropic/claude-opus-4-1-20250805', 'anthropic/claude-4.1-opus as claude-opus-4-1-20250805 on null'],
  ['azure/gpt-5-2025-08-07', 'openai/gpt-5 as gpt-5-2025-08-07 on azure'],
  ['azure/eu/gpt-4o-2024-08-06', 'openai/gpt-4o as gpt-4o-2024-08-06 on azure'],
  ['us.anthropic.claude-opus-4-1-20250805-v1:0', 'anthropic/claude-4.1-opus as claude-opus-4-1-20250805 on bedrock'],
  ['anthropic.claude-3-haiku-20240307-v1:0', 'anthropic/claude-3-haiku as claude-3-haiku-20240307 on bedrock'],
  ['openai:gpt-4o', 'openai/gpt-4o as gpt-4o on null'],
  ['azure:gpt-4o', 'openai/gpt-4o as gpt-4o on azure'],
  ['models/gemini-2.5-flash', 'google/gemini-2.5-flash as gemini-2.5-flash on null'],
  ['openrouter/openai/gpt-4o', 'openai/gpt-4o as gpt-4o on null'],
  ['claude-opus-4-1@20250805', 'anthropic/claude-4.1-opus as claude-opus-4-1@20250805 on vertex'],
  [
    'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0',
    'anthropic/claude-3-haiku as claude-3-haiku-20240307 on bedrock',
  ],
  [
    'projects/p/locations/us-central1/publishers/google/models/gemini-2.5-flash',
    'google/gemini-2.5-flash as gemini-2.5-flash on vertex',
  ],
  ['bedrock/us-east-1/anthropic.claude-v2', 'anthropic/claude-2 as claude-v2 on bedrock'],
])('%s is read as %s', (id, expected) => expect(read(id)).toBe(expected));

test('the host of a watch serves the ids that name none', () => {
  expect(read('gpt-5', 'azure')).toBe('openai/gpt-5 as gpt-5 on azure');
  expect(read('vertex_ai/claude-opus-4-1@20250805', 'azure')).toContain(' on vertex');
});

test('a rolling alias that states its version stands for the model of that version', () => {
  expect(read('claude-3-5-sonnet-latest')).toBe(
    'alias of anthropic/claude-3.5-sonnet as claude-3-5-sonnet-latest on null',
  );
});

test.each([
  ['claude-sonnet-latest', 'rolling_alias anthropic'],
  ['deepseek-chat', 'rolling_alias deepseek'],
  ['ft:gpt-4o:acme', 'derivative openai'],
  ['gpt-5-high', 'preset openai'],
  ['gpt-5-nonsense', 'unrecognised openai'],
  ['my-finetune', 'unknown_vendor null'],
])('%s names no model: %s', (id, expected) => expect(read(id)).toBe(expected));
