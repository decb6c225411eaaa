/**
 * The body of Slack's incoming webhooks for an event: one sentence, and a link to what it is about. Slack limits a message to
 * 40,000 characters and advises 4,000; this text is far shorter.
 */

/** What an endpoint receives: signed Standard Webhooks messages, or messages for Slack's incoming webhooks. */
export const webhookFormats = ['standard', 'slack'] as const;

export type WebhookFormat = (typeof webhookFormats)[number];

export const slackTextCharsMax = 4000;
/** Escaping makes one character at most five. */
const sentenceCharsMax = slackTextCharsMax / 5;
/** The longest quoted text, in characters. */
const quoteCharsMax = 500;

/** The JSON of an event as it is stored. Events of earlier versions may lack fields. */
type Facts = { readonly [name: string]: unknown };

/** Slack requires exactly these three characters to be escaped. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The body for an event. `body` is the stored message; `publicUrl` begins links that are stored as paths. */
export function slackBody(body: string, publicUrl: string | null): string {
  const { type, data } = readMessage(body);
  const link = linkOf(data, publicUrl);
  const text = escapeSlack(sentenceOf(type, data).slice(0, sentenceCharsMax));
  return JSON.stringify({ text: link === null ? text : `${text}\n${link}` });
}

/** One sentence about an event, from its stored message. */
export function eventSentence(body: string): string {
  const { type, data } = readMessage(body);
  return sentenceOf(type, data);
}

function readMessage(body: string): { type: string; data: Facts } {
  const message = asFacts(JSON.parse(body));
  return { type: textOf(message.type), data: asFacts(message.data) };
}

function asFacts(value: unknown): Facts {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function textOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : '';
}

/** A text of the data, cut if it is long. A line break would end the sentence. */
function field(data: Facts, ...path: readonly string[]): string {
  const value = path.slice(0, -1).reduce((facts, name) => asFacts(facts[name]), data);
  const chars = [
    ...textOf(value[path.at(-1) ?? ''])
      .replaceAll(/\s+/g, ' ')
      .trim(),
  ];
  return chars.length <= quoteCharsMax ? chars.join('') : `${chars.slice(0, quoteCharsMax - 1).join('')}…`;
}

function sentenceOf(type: string, data: Facts): string {
  if (type.startsWith('prediction.')) return predictionSentence(type, data);
  if (type.startsWith('model.')) return modelSentence(type, data);
  if (type.startsWith('case.')) return caseSentence(type, data);
  switch (type) {
    case 'name.unrecognised':
      return `${field(data, 'vendor')} lists a name that cannot be read: ${field(data, 'name')}.`;
    case 'feed.unhealthy':
      return `The feed ${field(data, 'feed', 'slug')} is unhealthy: ${field(data, 'reason')}.`;
    case 'feed.recovered':
      return `The feed ${field(data, 'feed', 'slug')} has recovered.`;
    case 'endpoint.disabled':
      return `The webhook endpoint ${field(data, 'endpoint', 'id')} was disabled (${field(data, 'reason')}).`;
    case 'ping':
      return 'This is a test message from Outturn.';
    default:
      return `Outturn sent the event ${type}.`;
  }
}

const changed: Readonly<Record<string, string>> = {
  'prediction.created': 'A prediction was recorded',
  'prediction.edited': 'A prediction was edited',
  'prediction.erratum_added': 'An erratum was added to a prediction',
  'prediction.withdrawn': 'A prediction was withdrawn',
  'prediction.criterion.replaced': 'The criterion of a prediction was replaced',
  'prediction.proposed': 'A prediction needs a decision',
  'prediction.disputed': 'A prediction is disputed',
  'prediction.annulled': 'A prediction was annulled',
};

function predictionSentence(type: string, data: Facts): string {
  const statement = field(data, 'prediction', 'statement');
  const outcome = field(data, 'resolution', 'outcome').toUpperCase();
  if (type === 'prediction.resolved') return `A prediction was resolved ${outcome}: ${statement}`;
  if (type === 'prediction.resolution.amended') return `A resolution was amended to ${outcome}: ${statement}`;
  return `${changed[type] ?? type}: ${statement}`;
}

const judged: Readonly<Record<string, string>> = {
  'case.opened': 'A panel can vote on a prediction',
  'case.round_closed': 'A panel has voted on a prediction',
  'case.appealed': 'The decision of a panel was appealed',
};

function caseSentence(type: string, data: Facts): string {
  const statement = field(data, 'prediction', 'statement');
  if (type !== 'case.decided') return `${judged[type] ?? type}: ${statement}`;
  return `A panel decided ${field(data, 'outcome').toUpperCase()}, provisionally: ${statement}`;
}

function modelSentence(type: string, data: Facts): string {
  const model = field(data, 'model', 'id');
  switch (type) {
    case 'model.released':
      return `${model} was released (${field(data, 'release', 'occurred')}).`;
    case 'model.ending':
      return data.first_sight === true ? firstSightSentence(data) : endingSentence(data);
    case 'model.end_moved':
      return movedSentence(data);
    case 'model.ended':
      return `${idOf(data)} has ended.`;
    case 'model.successor_released':
      return `${field(data, 'successor', 'id')} was released, which is recommended instead of ${idOf(data)}.`;
    case 'model.suspended':
      return `${model} was suspended (${field(data, 'suspension', 'since')}).`;
    case 'model.reinstated':
      return `${model} is available again (${field(data, 'suspension', 'until')}).`;
    default:
      return `Outturn sent the event ${type} about ${model}.`;
  }
}

/** An id that ends, and the host if it ends there. */
function idOf(data: Facts): string {
  const host = field(data, 'end', 'host');
  return `${field(data, 'end', 'id')}${host === '' ? '' : ` on ${host}`}`;
}

function movedSentence(data: Facts): string {
  const [before, date] = [field(data, 'moved_from', 'date'), field(data, 'end', 'date')];
  if (date === '') return `No source states an end of ${idOf(data)} any more; it was ${before}.`;
  return `The end of ${idOf(data)} moved${before === '' ? '' : ` from ${before}`} to ${date}.`;
}

function endingSentence(data: Facts): string {
  const end = asFacts(data.end);
  const moved = Array.isArray(end.moved_from) ? asFacts(end.moved_from.at(-1)) : {};
  const before = field(moved, 'date') === '' ? '' : `, moved from ${field(moved, 'date')}`;
  const instead = field(end, 'successor', 'id');
  const successor = instead === '' ? '' : ` Its successor is ${instead}.`;
  const when = end.kind === 'earliest' ? 'ends no earlier than' : `has its ${field(end, 'kind')} end on`;
  return `${idOf(data)} ${when} ${field(end, 'date')} (in ${field(end, 'days_left')} days${before}).${successor}`;
}

/** How many endings a first message names. */
const firstSightMax = 10;

function firstSightSentence(data: Facts): string {
  const endings = Array.isArray(data.endings) ? data.endings.map(asFacts) : [];
  const named = endings.slice(0, firstSightMax).map((one) => `${idOf(one)} (${field(one, 'end', 'date')})`);
  const count = Number(field(data, 'endings_count'));
  const more = count > named.length ? ` and ${count - named.length} more` : '';
  const counted = count === 1 ? '1 id that ends soon or has ended' : `${count} ids that end soon or have ended`;
  return `A watch contains ${counted}: ${named.join(', ')}${more}.`;
}

/** The members of `links` by preference: a page for people comes first. */
const linkNames = ['page', 'case', 'prediction', 'model', 'ends', 'watch', 'feed', 'endpoint', 'unrecognised'] as const;

/** A link to what the event is about, outside the sentence; null if there is none that Slack could open. */
function linkOf(data: Facts, publicUrl: string | null): string | null {
  // An event about a case is about a prediction too.
  const nested = [data.case, ...Object.values(data)].map((value) => asFacts(asFacts(value).links));
  for (const links of [asFacts(data.links), ...nested])
    for (const name of linkNames) {
      const link = textOf(links[name]);
      const url = link.startsWith('/') ? `${publicUrl ?? ''}${link}` : link;
      if (/^https?:\/\//.test(url)) return `<${escapeSlack(url).replaceAll('|', '%7C')}>`;
    }
  return null;
}
