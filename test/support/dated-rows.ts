import type { ModelPattern } from '../../src/domain/criterion.ts';

/** From a moment on a list holds a row in this state. */
export type Listed = {
  readonly at: string;
  /** The id there, where it is another. */
  readonly as?: string;
  /** The date that it states: of a release, or of whatever its publisher means. */
  readonly stated?: string;
  /** Rows of others under the same id, with the dates that they state. */
  readonly hosts?: Readonly<Record<string, string>>;
  readonly gone?: true;
};

/** A model as lists showed it, what was wrong with that, and what must come of it. */
export type DatedRow = {
  readonly lie: string;
  readonly id: string;
  readonly host: string;
  readonly model: ModelPattern;
  /** The day on which it came. */
  readonly came: string;
  readonly litellm?: readonly Listed[];
  readonly 'models-dev'?: readonly Listed[];
  readonly openrouter?: readonly Listed[];
  readonly gateway?: readonly Listed[];
  /** The resolutions of the claim that it comes within thirty days after. */
  readonly due: readonly string[];
};

const openai = (family: string, version: string, tier: string | null = null): ModelPattern => ({
  vendor: 'openai',
  family,
  version,
  tier: tier === null ? null : [tier],
});
const claude = (version: string, tier: string): ModelPattern => ({
  vendor: 'anthropic',
  family: 'claude',
  version,
  tier: [tier],
});
const gemini = (version: string): ModelPattern => ({ vendor: 'google', family: 'gemini', version, tier: ['pro'] });
const catalogueBegan = '2025-06-11T00:00:00Z';

/** Dates as they were found in copies of the lists; times of day are those of the first copy that had the row. */
export const datedRows: readonly DatedRow[] = [
  {
    lie: 'o1: models.dev states 2024-12-05, when it came to a chat product; the API had it on 2024-12-17, and a gateway dates its preview',
    id: 'o1',
    host: 'openai',
    model: openai('o', '1'),
    came: '2024-12-17',
    litellm: [{ at: '2024-12-18T06:00:00Z' }],
    openrouter: [{ at: '2024-12-17T20:00:00Z', stated: '2024-12-17' }],
    'models-dev': [{ at: catalogueBegan, stated: '2024-12-05' }],
    gateway: [{ at: '2025-01-10T00:00:00Z', stated: '2024-09-12' }],
    due: ['yes 2024-12-15T08:00:00Z/2024-12-18T06:00:00Z'],
  },
  {
    lie: 'o3-mini: models.dev states 2024-12-20, the announcement, for a model first listed on 2025-01-31; a host states a knowledge cut-off, a gateway a day in June',
    id: 'o3-mini',
    host: 'openai',
    model: openai('o', '3', 'mini'),
    came: '2025-01-31',
    litellm: [{ at: '2025-02-01T06:00:00Z' }],
    openrouter: [{ at: '2025-01-31T20:00:00Z', stated: '2025-01-31' }],
    'models-dev': [{ at: catalogueBegan, stated: '2024-12-20', hosts: { helicone: '2023-10-01', jiekou: '2026-01' } }],
    gateway: [{ at: '2025-06-15T00:00:00Z', stated: '2025-06-01' }],
    due: ['yes 2025-01-29T08:00:00Z/2025-02-01T06:00:00Z'],
  },
  {
    lie: 'claude-3-7-sonnet: models.dev states 2025-02-19, the day in the id; it was launched on 2025-02-24',
    id: 'claude-3-7-sonnet-20250219',
    host: 'anthropic',
    model: claude('3.7', 'sonnet'),
    came: '2025-02-24',
    litellm: [{ at: '2025-02-24T21:06:26Z' }],
    openrouter: [{ at: '2025-02-24T22:00:00Z', as: 'anthropic/claude-3.7-sonnet', stated: '2025-02-24' }],
    'models-dev': [{ at: catalogueBegan, stated: '2025-02-19' }],
    gateway: [{ at: '2025-03-10T00:00:00Z', stated: '2025-02-19' }],
    due: ['yes 2025-02-22T09:06:26Z/2025-02-24T22:00:00Z'],
  },
  {
    lie: 'gpt-4.5-preview: models.dev states 2025-02-01 by a slip of the pen for 2025-02-27, and then deletes the row',
    id: 'gpt-4.5-preview',
    host: 'openai',
    model: openai('gpt', '4.5'),
    came: '2025-02-27',
    litellm: [{ at: '2025-02-28T00:30:48Z' }],
    openrouter: [{ at: '2025-02-27T21:00:00Z', stated: '2025-02-27' }],
    'models-dev': [
      { at: catalogueBegan, stated: '2025-02-01' },
      { at: '2025-07-16T00:00:00Z', gone: true },
    ],
    due: ['yes 2025-02-25T09:00:00Z/2025-02-28T00:30:48Z'],
  },
  {
    lie: 'o3: a gateway states a release in June for a model that two lists had on 2025-04-16',
    id: 'o3',
    host: 'openai',
    model: openai('o', '3'),
    came: '2025-04-16',
    litellm: [{ at: '2025-04-16T20:08:50Z' }],
    openrouter: [{ at: '2025-04-16T18:00:00Z', stated: '2025-04-16' }],
    'models-dev': [{ at: catalogueBegan, stated: '2025-04-16' }],
    gateway: [{ at: '2025-06-15T00:00:00Z', stated: '2025-06-01' }],
    due: ['yes 2025-04-14T06:00:00Z/2025-04-16T20:08:50Z', 'yes 2025-04-16'],
  },
  {
    lie: 'llama-4-scout: one list has it on the day, the next 39 days later, a third after two months: late rows move no date',
    id: 'llama-4-scout-17b-16e-instruct',
    host: 'llama',
    model: { vendor: 'meta', family: 'llama', version: '4', tier: ['scout'] },
    came: '2025-04-05',
    litellm: [{ at: '2025-05-14T21:06:22Z' }],
    openrouter: [{ at: '2025-04-05T20:00:00Z', as: 'meta-llama/llama-4-scout', stated: '2025-04-05' }],
    'models-dev': [{ at: '2025-06-18T00:00:00Z', stated: '2025-04-05' }],
    due: ['yes 2025-04-05'],
  },
  {
    lie: 'deepseek-r1: models.dev states 2025-01-20 and ten months later 2025-12-01, when an alias was rewritten; LiteLLM lists it after five months',
    id: 'deepseek-r1',
    host: 'deepseek',
    model: { vendor: 'deepseek', family: 'deepseek-r', version: '1', tier: null },
    came: '2025-01-20',
    litellm: [{ at: '2025-06-28T05:07:51Z', as: 'deepseek/deepseek-r1' }],
    openrouter: [{ at: '2025-01-20T16:00:00Z', stated: '2025-01-20' }],
    'models-dev': [
      { at: catalogueBegan, stated: '2025-01-20' },
      { at: '2026-03-07T00:00:00Z', stated: '2025-12-01' },
    ],
    due: ['yes 2025-01-20'],
  },
  {
    lie: 'gemini-2.5-pro: models.dev states 2025-03-20, the first experiment, for what came on 2025-06-17, and rewrites that a year later',
    id: 'gemini-2.5-pro',
    host: 'google',
    model: { ...gemini('2.5'), stage: 'ga' },
    came: '2025-06-17',
    litellm: [{ at: '2025-06-18T00:35:15Z', as: 'gemini/gemini-2.5-pro' }],
    openrouter: [{ at: '2025-06-17T18:00:00Z', stated: '2025-06-17' }],
    'models-dev': [
      { at: '2025-06-18T02:00:00Z', stated: '2025-03-20' },
      { at: '2026-06-16T00:00:00Z', stated: '2025-06-17' },
    ],
    gateway: [{ at: '2025-07-01T00:00:00Z', stated: '2025-03-25' }],
    due: ['yes 2025-03-20/2025-06-18T02:00:00Z', 'yes 2025-06-17'],
  },
  {
    lie: 'o3-deep-research: models.dev states 2024-06-26, a year early and never mended; OpenRouter lists it in October',
    id: 'o3-deep-research',
    host: 'openai',
    model: openai('o', '3', 'deep-research'),
    came: '2025-06-26',
    litellm: [{ at: '2025-06-27T17:06:56Z' }],
    openrouter: [{ at: '2025-10-10T20:00:00Z', stated: '2025-10-10' }],
    'models-dev': [{ at: '2025-07-01T00:00:00Z', stated: '2024-06-26' }],
    due: ['yes 2025-06-25T05:06:56Z/2025-07-01T00:00:00Z'],
  },
  {
    lie: 'grok-4: its row is deleted ten months later, which takes back no release',
    id: 'grok-4',
    host: 'xai',
    model: { vendor: 'xai', family: 'grok', version: '4', tier: null },
    came: '2025-07-09',
    litellm: [{ at: '2025-07-10T14:08:49Z', as: 'xai/grok-4' }],
    openrouter: [{ at: '2025-07-10T01:00:00Z', as: 'x-ai/grok-4', stated: '2025-07-09' }],
    'models-dev': [
      { at: '2025-07-10T18:00:00Z', stated: '2025-07-09' },
      { at: '2026-05-15T00:00:00Z', gone: true },
    ],
    due: ['yes 2025-07-07T13:00:00Z/2025-07-10T14:08:49Z', 'yes 2025-07-09'],
  },
  {
    lie: "gpt-oss-120b: hosts' rows state 1970-01-01, 2024-01-01, 2024-06-01 and days long after, and none of them counts",
    id: 'gpt-oss-120b',
    host: 'groq',
    model: { vendor: 'openai', family: 'gpt-oss', tier: ['120b'] },
    came: '2025-08-05',
    litellm: [{ at: '2025-08-07T07:12:20Z', as: 'groq/openai/gpt-oss-120b' }],
    openrouter: [{ at: '2025-08-05T20:00:00Z', as: 'openai/gpt-oss-120b', stated: '2025-08-05' }],
    'models-dev': [
      {
        at: '2025-08-05T21:00:00Z',
        as: 'openai/gpt-oss-120b',
        stated: '2025-08-05',
        hosts: { frogbot: '1970-01-01', scaleway: '2024-01-01', one: '2024-06-01', other: '2026-01-10' },
      },
    ],
    due: ['yes 2025-08-03T08:00:00Z/2025-08-05T21:00:00Z'],
  },
  {
    lie: "gpt-5: one host's row states 2025-01-01 and a gateway 2025-08-01, of 2025-08-07: the smallest of 23 dates would be seven months early",
    id: 'gpt-5',
    host: 'openai',
    model: openai('gpt', '5'),
    came: '2025-08-07',
    litellm: [{ at: '2025-08-07T19:08:55Z' }],
    openrouter: [{ at: '2025-08-07T20:00:00Z', stated: '2025-08-07' }],
    'models-dev': [
      {
        at: '2025-08-07T17:59:07Z',
        stated: '2025-08-07',
        hosts: { helicone: '2025-01-01', azure: '2025-08-08', poe: '2025-08-05', venice: '2025-09-19' },
      },
    ],
    gateway: [{ at: '2025-08-08T00:00:00Z', stated: '2025-08-01' }],
    due: ['yes 2025-08-07'],
  },
  {
    lie: 'gpt-5-codex: models.dev states 2025-09-15, when a product had it; the API had it on 2025-09-23',
    id: 'gpt-5-codex',
    host: 'openai',
    model: openai('gpt', '5', 'codex'),
    came: '2025-09-23',
    litellm: [{ at: '2025-09-24T18:11:34Z' }],
    openrouter: [{ at: '2025-09-23T20:00:00Z', stated: '2025-09-23' }],
    'models-dev': [{ at: '2025-09-23T21:00:00Z', stated: '2025-09-15' }],
    due: ['yes 2025-09-15/2025-09-23T21:00:00Z'],
  },
  {
    lie: 'gpt-5-pro: a gateway states 2025-08-01 for 2025-10-06, and models.dev lists it 21 days late',
    id: 'gpt-5-pro',
    host: 'openai',
    model: openai('gpt', '5', 'pro'),
    came: '2025-10-06',
    litellm: [{ at: '2025-10-07T03:18:06Z' }],
    openrouter: [{ at: '2025-10-06T22:00:00Z', stated: '2025-10-06' }],
    'models-dev': [{ at: '2025-10-27T00:00:00Z', stated: '2025-10-06' }],
    gateway: [{ at: '2025-10-08T00:00:00Z', stated: '2025-08-01' }],
    due: ['yes 2025-10-04T10:00:00Z/2025-10-07T03:18:06Z', 'yes 2025-10-06'],
  },
  {
    lie: 'gpt-5.1: a gateway states 2025-11-01, the first of the month, for 2025-11-13',
    id: 'gpt-5.1',
    host: 'openai',
    model: openai('gpt', '5.1'),
    came: '2025-11-13',
    litellm: [{ at: '2025-11-13T19:06:43Z' }],
    openrouter: [{ at: '2025-11-13T21:00:00Z', stated: '2025-11-13' }],
    'models-dev': [{ at: '2025-11-13T19:30:00Z', stated: '2025-11-13' }],
    gateway: [{ at: '2025-11-14T00:00:00Z', stated: '2025-11-01' }],
    due: ['yes 2025-11-13'],
  },
  {
    lie: 'gemini-3-pro-preview: models.dev states 2025-01-01 for an hour and 2025-11-18 from then on: what was corrected does not count',
    id: 'gemini-3-pro-preview',
    host: 'google',
    model: gemini('3'),
    came: '2025-11-18',
    litellm: [{ at: '2025-11-18T18:11:44Z', as: 'gemini/gemini-3-pro-preview' }],
    'models-dev': [
      { at: '2025-11-18T16:30:00Z', stated: '2025-01-01' },
      { at: '2025-11-18T17:30:00Z', stated: '2025-11-18' },
    ],
    due: ['yes 2025-11-18'],
  },
  {
    lie: 'claude-opus-4-5-20251101: models.dev states the 2025-11-01 of the id for a launch on 2025-11-24, and LiteLLM has the bare name eight days later',
    id: 'claude-opus-4-5-20251101',
    host: 'anthropic',
    model: claude('4.5', 'opus'),
    came: '2025-11-24',
    litellm: [{ at: '2025-12-02T02:40:41Z', as: 'claude-opus-4-5' }],
    openrouter: [{ at: '2025-11-24T20:00:00Z', as: 'anthropic/claude-opus-4.5', stated: '2025-11-24' }],
    'models-dev': [{ at: '2025-11-24T19:30:00Z', stated: '2025-11-01' }],
    due: ['yes 2025-11-01/2025-11-24T20:00:00Z'],
  },
  {
    lie: 'gpt-5.2: OpenRouter made its record on 2025-12-10, the day before the release',
    id: 'gpt-5.2',
    host: 'openai',
    model: openai('gpt', '5.2'),
    came: '2025-12-11',
    litellm: [{ at: '2025-12-11T21:09:01Z' }],
    openrouter: [{ at: '2025-12-11T18:30:00Z', stated: '2025-12-10' }],
    'models-dev': [{ at: '2025-12-11T19:00:00Z', stated: '2025-12-11' }],
    due: ['yes 2025-12-11'],
  },
  {
    lie: 'claude-opus-4-6: OpenRouter made its record on 2026-02-04, the day before the release',
    id: 'claude-opus-4-6',
    host: 'anthropic',
    model: claude('4.6', 'opus'),
    came: '2026-02-05',
    litellm: [{ at: '2026-02-05T19:20:28Z' }],
    openrouter: [{ at: '2026-02-05T18:30:00Z', as: 'anthropic/claude-opus-4.6', stated: '2026-02-04' }],
    'models-dev': [{ at: '2026-02-05T18:34:00Z', stated: '2026-02-05' }],
    due: ['yes 2026-02-05'],
  },
  {
    lie: 'gpt-5.3-codex: models.dev first states 2025-12-11, copied from GPT-5.2, then 2026-02-05, when a product had it: the slip moves nothing, nor do the API and others nineteen days later',
    id: 'gpt-5.3-codex',
    host: 'openai',
    model: openai('gpt', '5.3', 'codex'),
    came: '2026-02-05',
    litellm: [{ at: '2026-02-24T20:15:51Z' }],
    openrouter: [{ at: '2026-02-24T19:00:00Z', stated: '2026-02-24' }],
    'models-dev': [
      { at: '2026-02-05T18:00:00Z', stated: '2025-12-11' },
      { at: '2026-02-05T20:00:00Z', stated: '2026-02-05' },
    ],
    gateway: [{ at: '2026-02-25T00:00:00Z', stated: '2026-02-24' }],
    due: ['yes 2026-02-05'],
  },
  {
    lie: 'gpt-5.4: a gateway states the day after',
    id: 'gpt-5.4',
    host: 'openai',
    model: openai('gpt', '5.4'),
    came: '2026-03-05',
    litellm: [{ at: '2026-03-05T18:44:16Z' }],
    openrouter: [{ at: '2026-03-05T19:00:00Z', stated: '2026-03-05' }],
    'models-dev': [{ at: '2026-03-05T18:30:00Z', stated: '2026-03-05' }],
    gateway: [{ at: '2026-03-06T00:00:00Z', stated: '2026-03-06' }],
    due: ['yes 2026-03-05'],
  },
  {
    lie: 'gpt-5.5: OpenRouter made its record a day late',
    id: 'gpt-5.5',
    host: 'openai',
    model: openai('gpt', '5.5'),
    came: '2026-04-23',
    litellm: [{ at: '2026-04-23T22:21:37Z' }],
    openrouter: [{ at: '2026-04-24T03:00:00Z', stated: '2026-04-24' }],
    'models-dev': [{ at: '2026-04-23T20:00:00Z', stated: '2026-04-23' }],
    due: ['yes 2026-04-23'],
  },
  {
    lie: 'gpt-5.6-sol: a price list carries a hand-made row three days early, which lasts, and nobody else has it',
    id: 'gpt-5.6-sol',
    host: 'openai',
    model: openai('gpt', '5.6', 'sol'),
    came: '2026-07-09',
    litellm: [{ at: '2026-07-06T06:00:00Z' }],
    openrouter: [{ at: '2026-07-09T20:00:00Z', stated: '2026-07-09' }],
    'models-dev': [{ at: '2026-07-09T19:00:00Z', stated: '2026-07-09' }],
    due: ['yes 2026-07-03T18:00:00Z/2026-07-09T19:00:00Z'],
  },
];
