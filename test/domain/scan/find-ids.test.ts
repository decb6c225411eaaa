import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import { findIds } from '../../../src/domain/scan/find-ids.ts';
import { isBinary, isMinified, syntaxOf } from '../../../src/domain/scan/syntax.ts';
import { packageRoot } from '../../../src/package-root.ts';

const identity = readIdentityTable(JSON.parse(readFileSync(join(packageRoot(), 'data', 'identity.json'), 'utf8')));

/** `line id` of each finding. */
function idsIn(name: string, text: string): string[] {
  const syntax = syntaxOf(name);
  if (syntax === null) throw new Error(`${name} is not read`);
  return findIds(identity, syntax, { path: name, text }).map(({ line, id }) => `${line} ${id}`);
}

describe('ids in source code', () => {
  it.each<[string, string, string, string[]]>([
    ['a string', 'a.ts', `const m = 'gpt-5-2025-08-07';`, ['1 gpt-5-2025-08-07']],
    ['a host before the name', 'a.py', `x = "azure/gpt-4o"`, ['1 azure/gpt-4o']],
    [
      'a Bedrock id',
      'a.go',
      `id := "us.anthropic.claude-3-haiku-20240307-v1:0"`,
      ['1 us.anthropic.claude-3-haiku-20240307-v1:0'],
    ],
    [
      'Bedrock ids without a revision',
      'a.ts',
      `f('global.anthropic.claude-sonnet-4-6'); f('cohere.command-r-08-2024')`,
      ['1 global.anthropic.claude-sonnet-4-6', '1 cohere.command-r-08-2024'],
    ],
    ['a resource name', 'A.java', `String m = "models/gemini-2.5-flash";`, ['1 models/gemini-2.5-flash']],
    [
      'a Vertex id',
      'a.rb',
      `MODEL = 'vertex_ai/claude-3-5-sonnet@20240620'`,
      ['1 vertex_ai/claude-3-5-sonnet@20240620'],
    ],
    ['a provider and a colon', 'a.py', `init_chat_model("openai:gpt-4o")`, ['1 openai:gpt-4o']],
    [
      'an ARN',
      'a.ts',
      `arn('arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2')`,
      ['1 arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2'],
    ],
    ['a default of a variable', 'a.js', `const m = process.env.MODEL || "o3";`, ['1 o3']],
    ['a default of getenv', 'a.py', `m = os.getenv("CHAT_MODEL", "o1")`, ['1 o1']],
    ['a template without expressions', 'a.ts', 'const model = `gpt-4o`;', ['1 gpt-4o']],
    ['a string inside a template', 'a.ts', `log(\`using \${f({ model: "gpt-4o" })} now\`);`, ['1 gpt-4o']],
    [
      'a variable with other words',
      'a.ts',
      `const testModel = 'o3'; const x = { model_version: 'gpt-4-0613' };`,
      ['1 o3', '1 gpt-4-0613'],
    ],
    ['a list', 'a.ts', `const models = [\n  'o1',\n  'o3',\n];`, ['2 o1', '3 o3']],
    ['a union of types', 'a.ts', `type ChatModel =\n  | 'o1'\n  | 'gpt-4o';`, ['2 o1', '3 gpt-4o']],
    ['the fields of an object', 'a.ts', `const modelLimits = { 'o1': 15, 'gpt-4o': 25 };`, ['1 o1', '1 gpt-4o']],
    ['a comparison', 'a.ts', `if (model === 'o3') go();`, ['1 o3']],
    [
      'a function of a provider',
      'a.ts',
      `generate({ model: openai('o4-mini'), m2: anthropic.chat('claude-opus-4-1') })`,
      ['1 o4-mini', '1 claude-opus-4-1'],
    ],
    ['both branches of a condition', 'a.ts', `const model = fast ? 'o3' : 'o1';`, ['1 o3', '1 o1']],
    ['an option of a command', 'a.ts', `spawn('llm', ['--model', 'o3'])`, ['1 o3']],
    [
      'a string after a regular expression with a quote',
      'a.js',
      `x.replace(/["']/g, ''); const model = 'gpt-4o';`,
      ['1 gpt-4o'],
    ],
    ['a string after an apostrophe in a text', 'a.tsx', `<p>Don't</p>\nuse('gpt-4o')`, ['2 gpt-4o']],
    ['a string after a lifetime', 'a.rs', `fn f<'a>(x: &'a str) { g("gpt-4o") }`, ['1 gpt-4o']],
    ['a raw string', 'a.go', 'm := `gpt-4o`', ['1 gpt-4o']],
    ['a fine-tune', 'a.py', `model="ft:gpt-4o-mini-2024-07-18:acme::abc"`, ['1 ft:gpt-4o-mini-2024-07-18:acme::abc']],
    ['a rolling alias', 'a.py', `call("claude-3-5-sonnet-latest")`, ['1 claude-3-5-sonnet-latest']],
    ['a name of a known vendor that cannot be read', 'a.py', `model="gpt-5-zeta-2"`, ['1 gpt-5-zeta-2']],
    ['an arrow', 'a.php', `$a = ['model' => 'o3'];`, ['1 o3']],
    ['a bracket', 'a.py', `config["model"] = "o3"`, ['1 o3']],
    [
      'a cell of a notebook',
      'a.ipynb',
      `{"cells": [{"source": ["import x\\n", "llm(model=\\"gpt-4o\\")\\n"]}]}`,
      ['1 gpt-4o'],
    ],
  ])('%s', (_what, name, text, expected) => {
    expect(idsIn(name, text)).toEqual(expected);
  });
});

describe('ids in configuration', () => {
  it.each<[string, string, string, string[]]>([
    ['a value of YAML', 'a.yaml', 'model: gpt-4o # the small one', ['1 gpt-4o']],
    ['a quoted value', 'a.yml', `llm:\n  model: "o3"`, ['2 o3']],
    ['a list below its key', 'a.yml', 'models:\n- o1\n- o3', ['2 o1', '3 o3']],
    ['a list in brackets', 'a.yml', 'models: [o1, "gpt-4o"]', ['1 o1', '1 gpt-4o']],
    [
      'a list of maps',
      'a.yml',
      '- model_name: gpt-4o\n  litellm_params:\n    model: azure/gpt-4o',
      ['1 gpt-4o', '3 azure/gpt-4o'],
    ],
    ['a key', 'a.yml', 'limits:\n  gpt-4o: 25', ['2 gpt-4o']],
    ['a command in a workflow', 'a.yml', 'run: |\n  llm --model gpt-4o "hello"', ['2 gpt-4o']],
    ['a default in a workflow', 'a.yml', `MODEL: \${{ vars.MODEL || 'gpt-4o' }}`, ['1 gpt-4o']],
    ['JSON', 'a.json', '{\n  "model": "o3",\n  "gpt-4o": {}\n}', ['2 o3', '3 gpt-4o']],
    ['TOML', 'a.toml', `[llm]\nmodel = "gpt-4o"  # "gpt-4"`, ['2 gpt-4o']],
    [
      'an environment file',
      '.env.local',
      'export OPENAI_MODEL=o3\n# MODEL=gpt-4\nMODELS="gpt-4o,o1"',
      ['1 o3', '3 gpt-4o', '3 o1'],
    ],
    ['a properties file', 'a.properties', 'spring.ai.openai.chat.options.model=gpt-4o', ['1 gpt-4o']],
    [
      'a Dockerfile',
      'Dockerfile',
      'ENV MODEL=gpt-4o\nENV MODEL o3\nCMD ["serve", "--model", "o1"]\nRUN ollama pull llama3.1:8b',
      ['1 gpt-4o', '2 o3', '3 o1', '4 llama3.1:8b'],
    ],
    ['a script', 'a.sh', 'MODEL=gpt-4o run \\\n  --model "o3"', ['1 gpt-4o', '2 o3']],
    [
      'Terraform',
      'a.tf',
      'model_id = "anthropic.claude-3-haiku-20240307-v1:0"',
      ['1 anthropic.claude-3-haiku-20240307-v1:0'],
    ],
  ])('%s', (_what, name, text, expected) => {
    expect(idsIn(name, text)).toEqual(expected);
  });
});

describe('what is no id', () => {
  it.each<[string, string, string]>([
    ['prose', 'a.ts', `const s = 'GPT-5 is great';`],
    ['a comment', 'a.ts', `// use 'gpt-4o'\n/* 'gpt-4o' */`],
    ['a comment of Python, and a text over several lines', 'a.py', `# "gpt-4o"\n"""\nuses gpt-4o or "gpt-4o"\n"""`],
    ['a variable', 'a.py', 'o3 = gpt_4 = 1'],
    ['a short name without a context', 'a.ts', `const layer = 'o3'; const keys = ['o1', 'o3'];`],
    ['a part of a text that is searched', 'a.ts', `model.startsWith('gpt-4'); model.includes("claude-3-opus")`],
    ['a part of a text that is searched, in Python', 'a.py', `if "gpt-4" in model or model.startswith("gpt-4o"): pass`],
    ['a part that is joined', 'a.ts', `const id = 'gpt-4' + suffix;`],
    ['the name of a generation', 'a.ts', `const generation = 'claude-3'; f('gemini-2'); f('llama-3')`],
    ['a product', 'a.ts', `run('claude-code'); run('gemini-cli'); run('codex')`],
    ['a type of a tool', 'a.ts', `tools: [{ type: 'computer-use' }, { type: 'computer_20241022' }]`],
    ['the name of a beta version', 'a.ts', `betas: ['computer-use-2024-10-22']`],
    ['a package', 'a.ts', `import x from '@ai-sdk/mistral'; const v = 'npm:@ai-sdk/mistral@2.0.23';`],
    ['a file', 'a.ts', `import './models/gpt-4.js'; load('data/gpt-4o.json'); load('gpt-4.md')`],
    ['a URL', 'a.ts', `open('https://example.com/gpt-4o')`],
    ['a family', 'a.ts', `const x = { modelFamily: 'gpt-4', model_type: 'gpt-4o' }; MODEL_PATTERNS = ['gpt-oss'];`],
    ['a version', 'a.ts', `const version = 'gpt-4';`],
    ['a heading of a test', 'a.test.ts', `it('gpt-4o', () => {}); describe('o1-mini', f)`],
    [
      'the start of Bedrock ids',
      'a.ts',
      `const BEDROCK_MODELS = { 'anthropic.claude-3-opus': 15, 'meta.llama3-1-70b': 1, 'amazon.nova-pro': 1 };`,
    ],
    ['a table of prices', 'a.ts', `const MODEL_PRICING = { 'gpt-4o': { input: 2.5 }, 'o1': { input: 15 } };`],
    ['an imported model', 'a.py', `model="arn:aws:bedrock:us-east-1:123:imported-model/llama"`],
    ['a tokenizer', 'a.py', `tiktoken.get_encoding("o200k_base")`],
    ['a route', 'a.ts', `app.get('/v1/models/gpt-4o')`],
    ['an unknown deployment', 'a.ts', `const deployment = 'my-deployment-2';`],
    ['an image of a container', 'a.yml', 'image: ghcr.io/acme/gpt-4:latest'],
    ['prose in YAML', 'a.yml', 'description: gpt-4 is the default\ntitle: gpt-4'],
  ])('%s', (_what, name, text) => {
    expect(idsIn(name, text)).toEqual([]);
  });
});

describe('the files', () => {
  it.each([
    ...['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'poetry.lock', 'Cargo.lock', 'uv.lock'],
    ...['README.md', 'a.txt', 'a.png', 'app.min.js', 'LICENSE', 'a.svg', 'a.csv'],
  ])('%s is not read', (name) => expect(syntaxOf(name)).toBeNull());

  it.each([
    ...['a.ts', 'A.KT', 'docker-compose.yml', '.env', '.env.production', 'Dockerfile', 'api.Dockerfile', 'Makefile'],
    ...['pyproject.toml', 'a.ipynb', 'settings.json'],
  ])('%s is read', (name) => expect(syntaxOf(name)).not.toBeNull());

  it('with a zero byte are binary', () => {
    expect(isBinary(new Uint8Array([103, 0, 112]))).toBe(true);
    expect(isBinary(new TextEncoder().encode('gpt-4o'))).toBe(false);
  });

  it('with very long lines are code that a program shortened', () => {
    const syntax = syntaxOf('a.js');
    if (syntax === null) throw new Error('JavaScript is read');
    expect(isMinified(syntax, 'f("gpt-4o");'.repeat(500))).toBe(true);
    expect(isMinified(syntax, 'f("gpt-4o");\n'.repeat(500))).toBe(false);
  });
});

describe('text that is not code', () => {
  it.each(["'", '"', '`', `\`\${`, `\`\${\`\${`, '/*', '"""', "'\\", '/[', '{'.repeat(2000), `\${}}\``.repeat(300)])(
    '%s gives no error',
    (text) => {
      for (const name of ['a.ts', 'a.py', 'a.rs', 'a.yml', 'a.sh', '.env', 'a.ipynb'])
        expect(idsIn(name, text)).toEqual([]);
    },
  );

  it.each([
    '/[',
    '"',
    "'",
    '`',
    `\${`,
    'a:',
    'a: ',
    '- ',
    '=',
    '\\',
    '#',
    '/',
    '[/]',
    '--a ',
    '"a"',
    '{',
    'a,',
    '"ab"|',
    '"ab"?',
    '="ab"',
    '"""',
  ])(
    '%j many times takes time that grows with its length only',
    (part) => {
      const text = part.repeat(Math.floor(200_000 / part.length));
      for (const name of ['a.ts', 'a.py', 'a.rs', 'a.yml', 'a.sh', '.env', 'a.ipynb'])
        expect(idsIn(name, text)).toEqual([]);
    },
    60_000,
  );
});
