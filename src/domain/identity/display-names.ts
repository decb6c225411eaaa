/** The names of vendors and families as they write them. Identity data, patterns and the API have lower case ids. */

const vendors: Readonly<Record<string, string>> = {
  openai: 'OpenAI',
  anthropic: 'Anthropic',
  google: 'Google',
  xai: 'xAI',
  meta: 'Meta',
  deepseek: 'DeepSeek',
  mistral: 'Mistral',
  qwen: 'Qwen',
  moonshot: 'Moonshot',
  zhipu: 'Zhipu',
  minimax: 'MiniMax',
  amazon: 'Amazon',
  microsoft: 'Microsoft',
  nvidia: 'NVIDIA',
  cohere: 'Cohere',
  ibm: 'IBM',
  ai21: 'AI21',
  bytedance: 'ByteDance',
  tencent: 'Tencent',
  baidu: 'Baidu',
  stepfun: 'StepFun',
  xiaomi: 'Xiaomi',
  reka: 'Reka',
  perplexity: 'Perplexity',
  inception: 'Inception',
};

/** First words of families that are no plain capitalised words. */
const familyWords: Readonly<Record<string, string>> = {
  gpt: 'GPT',
  glm: 'GLM',
  ernie: 'ERNIE',
  deepseek: 'DeepSeek',
  minimax: 'MiniMax',
  mimo: 'MiMo',
};

/** First words of families that are names, so that they begin with a capital letter. */
const familyNames: ReadonlySet<string> = new Set(
  'claude codestral command devstral doubao gemini gemma granite grok hunyuan imagen jamba kimi llama magistral mercury mistral mixtral muse nemotron nova phi pixtral qwen reka seed sonar sora veo whisper'.split(
    ' ',
  ),
);

/** The name of a vendor, or its id if a curator has added it. */
export function vendorTitle(vendor: string): string {
  return vendors[vendor] ?? vendor;
}

/** The name of a family, or its id if it is not a name: `GPT`, `Claude`, `GPT-oss`, `o`. */
export function familyTitle(family: string): string {
  const [first = '', ...others] = family.split('-');
  const capitalised = `${first.slice(0, 1).toUpperCase()}${first.slice(1)}`;
  return [familyWords[first] ?? (familyNames.has(first) ? capitalised : first), ...others].join('-');
}
