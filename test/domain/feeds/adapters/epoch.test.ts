import { describe, expect, it } from 'vitest';
import {
  columnsMax,
  csvBytesMax,
  headerCharactersMax,
  parseEpoch,
  readParameters,
  recordCharactersMax,
  separatorsMax,
  tableRowsMax,
} from '../../../../src/domain/feeds/adapters/epoch.ts';
import { parametersMax, parametersMin } from '../../../../src/domain/feeds/payload.ts';
import { parseModelId } from '../../../../src/domain/identity/parse.ts';
import { readIdentityTable } from '../../../../src/domain/identity/table.ts';
import { readIdentityData } from '../../../support/world.ts';
import { toBytes } from './payloads.ts';

const header = 'Model,Organization,Publication date,Model accessibility,Parameters,Confidence,Link';
const parse = (...lines: string[]) => parseEpoch(toBytes([header, ...lines, ''].join('\n')));
const first = (line: string) => parse(line).items[0];

describe("Epoch AI's table", () => {
  it('is read with a byte order mark before its first column, and with multi-line cells', () => {
    const text = `\uFEFFModel,Abstract,Organization,Publication date,Model accessibility\nGPT-5,"one,\ntwo ""three""\n",OpenAI,2025-08-07,API access\n`;
    expect(parseEpoch(toBytes(text)).items).toMatchObject([{ name: 'gpt-5', statedOn: '2025-08-07' }]);
  });

  it('is read with any line endings', () => {
    const text = `${header}\r\nGPT-5,OpenAI,2025-08-07,API access\r\n`;
    expect(parseEpoch(toBytes(text)).items).toHaveLength(1);
  });

  it.each([
    ['API access', undefined],
    ['Open weights (unrestricted)', undefined],
    ['Open weights (non-commercial)', undefined],
    ['Hosted access (no API)', 'announced'],
    ['Unreleased', 'announced'],
    ['', 'announced'],
    ['api access', 'announced'],
  ])('reads a model with %j as %s', (access, stage) => {
    expect(first(`GPT-5,OpenAI,2025-08-07,${access}`)?.stage).toBe(stage);
  });

  it.each([
    ['2024-12-20', '2024-12-20'],
    ['', undefined],
    ['2025-31-12', undefined],
    ['2025', undefined],
    ['x'.repeat(65), undefined],
  ])('shows the date of an announcement without dating the release by it: %j', (date, day) => {
    const item = first(`o3,OpenAI,${date},API access`);
    expect([item?.released, item?.statedOn]).toEqual([undefined, day]);
  });

  it.each([
    ['OpenAI', 'openai'],
    ['"Google DeepMind,Google"', 'google'],
    ['"OpenAI,Microsoft"', 'OpenAI,Microsoft'],
    ['"OpenAI,Anthropic"', 'OpenAI,Anthropic'],
    ['Meta AI', 'meta'],
    ['Moonshot', 'moonshot'],
    ['Z.ai (Zhipu AI)', 'zhipu'],
    ['MiniMax', 'minimax'],
    ['Amazon', 'amazon'],
    ['"Microsoft,Microsoft Research"', 'microsoft'],
    ['NVIDIA', 'nvidia'],
    ['Cohere', 'cohere'],
    ['IBM', 'ibm'],
    ['AI21 Labs', 'ai21'],
    ['ByteDance', 'bytedance'],
    ['Tencent', 'tencent'],
    ['Baidu', 'baidu'],
    ['StepFun', 'stepfun'],
    ['Xiaomi', 'xiaomi'],
    ['Reka AI', 'reka'],
    ['Perplexity', 'perplexity'],
    ['Inception', 'inception'],
    ['constructor', 'constructor'],
    ['', null],
  ])('assigns a model of %s to %s', (organization, host) => {
    expect(first(`GPT-5,${organization},2025-08-07,API access`)?.host).toBe(host);
  });

  it.each([
    ['GPT-5', 'OpenAI', 'openai gpt 5 '],
    ['Claude 3.7 Sonnet', 'Anthropic', 'anthropic claude 3.7 sonnet'],
    ['Claude Opus 4.5', 'Anthropic', 'anthropic claude 4.5 opus'],
    ['DeepSeek-V3', 'DeepSeek', 'deepseek deepseek-v 3 '],
    ['Llama 3.1-405B', 'Meta AI', 'meta llama 3.1 405b'],
    ['Claude 3.5 Sonnet (Oct 2024)', 'Anthropic', 'unrecognised'],
    ['GPT-4 Technical Report', 'OpenAI', 'unrecognised'],
    ['Llama-3.1-Nemotron-70B', 'NVIDIA', 'derivative'],
    ['Gemini Nano-1', 'Google DeepMind', 'google gemini 1 nano'],
    ['Gemini Nano-2', 'Google DeepMind', 'google gemini 1 nano'],
    ['Gemini Nano-3', 'Google DeepMind', 'unrecognised'],
    ['Kimi K2', 'Moonshot', 'moonshot kimi 2 '],
    ['GLM-4.5', 'Z.ai (Zhipu AI)', 'zhipu glm 4.5 '],
  ])('names %s of %s: %s', (model, organization, expected) => {
    const table = readIdentityTable(readIdentityData());
    const item = first(`${model},${organization},2025-08-07,API access`);
    const read = parseModelId(table, item?.name ?? '', { feed: 'epoch', host: item?.host ?? null });
    const shown =
      read.outcome !== 'model' ? read.reason : [read.vendor, read.family, read.version, read.tier ?? ''].join(' ');
    expect(shown).toBe(expected);
  });

  it.each([
    ['of open weights, with full confidence', 'Open weights (unrestricted),671000000000.0,Confident', 671e9],
    ['of open weights, likely', 'Open weights (unrestricted),671000000000,Likely', undefined],
    ['of a closed model', 'API access,1.76e+12,Confident', undefined],
  ])('publishes the parameters %s', (_name, cells, parameters) => {
    expect(first(`M-1,DeepSeek,2025-01-01,${cells}`)?.attributes?.parameters).toBe(parameters);
  });

  it.each([
    ['671000000000.0', 671e9],
    ['4.05e+11', 405e9],
    [String(parametersMin), parametersMin],
    [String(parametersMin - 1), undefined],
    ['1e14', parametersMax],
    ['100000000000001', undefined],
    ['1e99', undefined],
    ['1e999', undefined],
    ['-7e9', undefined],
    ['0x7fffffff', undefined],
    ['7B', undefined],
    ['7,000,000', undefined],
    ['', undefined],
    ['NaN', undefined],
  ])('reads %j parameters as %s', (text, count) => {
    expect(readParameters(text)).toBe(count);
  });
});

describe('a table is rejected', () => {
  const record = (cell: string) => `${header}\nGPT-5,OpenAI,2025-08-07,API access,,,,"${cell}"\n`;

  it.each([
    ['an HTML page', '<!DOCTYPE html>\n<title>404</title>', /without these columns/],
    ['JSON', '{"error": "not found"}', /without these columns|broken/],
    ['an empty body', '', /without these columns/],
    ['a table without organisations', 'Model,Publication date\nGPT-5,2025-08-07', /without these columns/],
    ['a quote that is never closed', `${header}\n"GPT-5,OpenAI`, /broken, cut off/],
    ['a quote in the middle of a cell', `${header}\nGPT-5,Open"AI,x`, /broken/],
  ])('for being %s', (_name, text, detail) => {
    expect(() => parseEpoch(toBytes(text))).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
    expect(() => parseEpoch(toBytes(text))).toThrow(detail);
  });

  const wide = (count: number) => `${header}${',x'.repeat(count - 7)}\n`;
  const rows = (count: number) => `${header}\n${'a,b,c,d,e,f,g\n'.repeat(count)}`;

  it.each([
    [
      'bytes',
      (more: number) => `${header}\n${`${'a'.repeat(9_999)}\n`.repeat(1_100)}`.slice(0, csvBytesMax + more),
      /bytes/,
    ],
    ['columns', (more: number) => wide(columnsMax + more), /columns/],
    [
      'characters in its first line',
      (more: number) => `${header},${'x'.repeat(headerCharactersMax - header.length - 1 + more)}`,
      /first line/,
    ],
    ['separators', (more: number) => `${header}\n${','.repeat(separatorsMax - 6 + more)}`, /separators/],
    ['line ends', (more: number) => `${header}\n${'\n'.repeat(separatorsMax - 1 + more)}`, /line ends/],
    ['rows', (more: number) => rows(tableRowsMax + more), /more than 20000 rows/],
  ])('for one more than the most %s', (_name, make, detail) => {
    expect(() => parseEpoch(toBytes(make(0)))).not.toThrow();
    expect(() => parseEpoch(toBytes(make(1)))).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
    expect(() => parseEpoch(toBytes(make(1)))).toThrow(detail);
  });

  it('for an endless record', () => {
    expect(() => parseEpoch(toBytes(record('x'.repeat(recordCharactersMax - 100))))).not.toThrow();
    expect(() => parseEpoch(toBytes(record('x'.repeat(recordCharactersMax))))).toThrow(/too long/);
  });
});

describe('a row', () => {
  it.each([
    ['no model', ',OpenAI,2025-08-07,API access'],
    ['a NUL', 'GPT-6\0,OpenAI,2025-08-07,API access'],
    ['the model and organisation of an earlier one', 'GPT-5,OpenAI,2024-01-01,API access'],
  ])('with %s is lost, and no other', (_name, line) => {
    const parsed = parse('GPT-5,OpenAI,2025-08-07,API access', line);
    expect(parsed.items.map((item) => item.statedOn)).toEqual(['2025-08-07']);
    expect(parsed.lost).toHaveLength(1);
  });

  it('that is truncated is read as far as it goes', () => {
    expect(first('GPT-5,OpenAI')).toMatchObject({ host: 'openai', stage: 'announced' });
  });
});
