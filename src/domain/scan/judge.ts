import type { IdentityTable } from '../identity/table.ts';
import type { Literal } from './literals.ts';
import { readUsedId, type UsedId } from './used-id.ts';

/** The longest literal that is read as an id, in UTF-16 code units. The ARN of a model may have 200. */
export const idCharactersMax = 256;

/** The characters of ids. A literal with any other, such as a space, is no id. */
const idPattern = /^[A-Za-z0-9@~][A-Za-z0-9._:/@[\]~-]*[A-Za-z0-9\]]$/;

const filePattern =
  /\.(?:[cm]?[jt]sx?|json[cl5]?|ya?ml|md|mdx|py|go|rs|rb|php|java|txt|csv|html?|css|svg|png|jpe?g|gif|webp|ico|gguf|bin|onnx|pt|safetensors|tar|gz|zip|com|org|net|io|dev)$/i;

/** Whether a text has the form of an id, whatever it means. */
export function mayBeId(text: string): boolean {
  if (text.length < 2 || text.length > idCharactersMax || !idPattern.test(text) || !/[a-z]/i.test(text)) return false;
  return !filePattern.test(text) && !/\/\/|\.\./.test(text);
}

/** Reads a literal as a model id, or returns null if it is not certain enough that it is one. */
export function judgeLiteral(table: IdentityTable, literal: Literal): UsedId | null {
  const { text } = literal;
  if (literal.isPart || !mayBeId(text)) return null;
  const context = readContext(literal);
  if (context === 'other') return null;
  const used = readUsedId(table, text);
  // The address of something else, such as a model that somebody imported.
  if (used.plain.startsWith('arn:')) return null;
  if (literal.isField && isStartOfBedrockId(used)) return null;
  return isCertain(table, used, context === 'model') ? used : null;
}

/** What the name beside a literal says: that it is a model, that it is something else, or nothing. */
type Context = 'model' | 'other' | 'none';

const modelWords: ReadonlySet<string> = new Set([...['model', 'engine', 'deployment', 'llm']]);

/** Functions of libraries that take the id of a model: `openai('o3')`, `anthropic.messages('…')`. */
const providerWords: ReadonlySet<string> = new Set([
  ...['openai', 'anthropic', 'azure', 'bedrock', 'vertex', 'google', 'gemini', 'mistral', 'groq', 'openrouter', 'xai'],
  ...['deepseek', 'cohere', 'perplexity', 'togetherai', 'fireworks', 'ollama'],
]);

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Words of names whose value is no id, although it may look like one: `modelFamily`, `tokenizerModel`. */
const otherWords = wordsOf(
  'tokenizer encoding path file filename url href dir family prefix suffix vendor type kind title label description ' +
    'pattern regex icon logo generation series',
);

/** The same, unless another word of the name says that it is a model: `testModel`, `model_version`. */
const weakOtherWords = wordsOf(
  'version image slug tag branch class classname import require from package describe it test log error alt caption ' +
    'heading owner repo service beta',
);

/** Words of names whose fields describe models that the repository need not use, or start with the same words. */
const tableWords = wordsOf('price pricing cost');

function readContext({ key, isField }: Literal): Context {
  if (key === null) return 'none';
  const words = splitName(key);
  const hasAny = (set: ReadonlySet<string>): boolean =>
    words.some((word) => set.has(word) || set.has(word.replace(/s$/, '')));
  if (hasAny(isField ? tableWords : otherWords)) return 'other';
  if (hasAny(modelWords)) return words.includes('provider') ? 'none' : 'model';
  if (!isField && hasAny(weakOtherWords)) return 'other';
  return !isField && hasAny(providerWords) ? 'model' : 'none';
}

/** `chatModelName`, `CHAT_MODEL` and `chat-model.name` have the same words. */
function splitName(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

/** Whether the literal is the id of a model: by itself, or because its place says so. */
function isCertain(table: IdentityTable, used: UsedId, isModelPlace: boolean): boolean {
  const { identity, plain } = used;
  switch (identity.outcome) {
    case 'model':
      return isDistinct(table, used) || (isModelPlace && /[\d-]/.test(plain));
    case 'partial':
      return isModelPlace && /\d/.test(plain) && identity.family !== null;
    case 'none':
      return isModelPlace || isDistinct(table, used) ? isAnotherName(table, used, isModelPlace) : false;
  }
}

/** An alias, a preset or a fine-tune of a model; or, in the place of a model, a name that the data cannot read. */
function isAnotherName(table: IdentityTable, { identity, plain, id }: UsedId, isModelPlace: boolean): boolean {
  if (identity.outcome !== 'none' || identity.vendor === null) return false;
  switch (identity.reason) {
    case 'rolling_alias':
      return isModelPlace ? /[-\d]/.test(plain) : /-latest$/.test(plain) || table.aliases.has(leafOf(plain));
    case 'preset':
    case 'codename':
      return isModelPlace || /\d/.test(plain);
    case 'derivative':
      return id.startsWith('ft:') || (isModelPlace && /\d/.test(plain));
    case 'unrecognised':
      return isModelPlace && /\d/.test(plain) && beginsWithFamily(table, plain);
    case 'not_a_model':
    case 'unknown_vendor':
      return false;
  }
}

function leafOf(plain: string): string {
  return (plain.toLowerCase().split('/').at(-1) ?? '').replace(/:.*$/, '');
}

/** `gpt-7-nova`, but not `my-gpt-app-2`. */
function beginsWithFamily(table: IdentityTable, plain: string): boolean {
  const leaf = leafOf(plain);
  return table.names.some(({ name }) => leaf.startsWith(`${name}-`));
}

/** Families whose ids always have a tier or a size. A bare version is the name of a generation: `claude-3`, `llama-3`. */
const tieredFamilies: ReadonlySet<string> = new Set(['claude', 'gemini', 'llama', 'qwen', 'nova', 'phi', 'gemma']);

/** Whether a name can hardly be anything but an id: it has a digit and several words, and is not only a generation. */
function isDistinct(table: IdentityTable, used: UsedId): boolean {
  const { identity, plain } = used;
  if (plain.includes('/') && isKnownPrefix(table, plain)) return true;
  if (plain.length < 5 || !/\d/.test(plain) || !/[-.:@]/.test(plain)) return false;
  if (isStartOfBedrockId(used)) return false;
  if (identity.outcome !== 'model') return true;
  const { family, tier, snapshot, version } = identity;
  if (family === 'claude' && version !== null && version < '3') return true;
  return tier !== null || snapshot !== null || !tieredFamilies.has(family);
}

/**
 * `anthropic.claude-3-opus`: the ids of these vendors at Bedrock end with a revision, `-20240229-v1:0`. Without it, the name is
 * the start of ids, as in lists of prices. The ids of Claude have none since 4.6.
 */
function isStartOfBedrockId({ identity, plain }: UsedId): boolean {
  const vendor = /^(?:[a-z-]{2,10}\.)?(anthropic|amazon|meta|cohere|ai21|deepseek|mistral|qwen)\./i.exec(plain)?.[1];
  if (vendor === undefined || /v\d+(?::\d+)?(?::\w+)?$|:\d+$/i.test(plain)) return false;
  if (identity.outcome !== 'model') return true;
  const isWhole = identity.snapshot !== null || /instruct/i.test(plain);
  return !isWhole && !(vendor.toLowerCase() === 'anthropic' && Number(identity.version) >= 4.6);
}

/** Whether every segment before the name is a vendor, a host or a region that the data knows. */
function isKnownPrefix(table: IdentityTable, plain: string): boolean {
  const segments = plain.toLowerCase().split('/').slice(0, -1);
  return segments.every((segment) => table.namespaces.has(segment) || table.segments.has(segment));
}
