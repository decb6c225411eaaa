import { familyTitle, vendorTitle } from '../identity/display-names.ts';
import type { Criterion, EventLeaf, ModelPattern } from './criterion.ts';

/** A criterion as a sentence for people: what exactly settles the claim. */
export function describeCriterion(criterion: Criterion): string {
  const text = clause(criterion);
  const end = /[.?!]$/.test(text) ? '' : '.';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`;
}

function clause(criterion: Criterion): string {
  switch (criterion.op) {
    case 'released':
    case 'retired':
    case 'attribute':
    case 'count':
      return eventClause(criterion);
    case 'precedes': {
      const order = `${eventClause(criterion.first)} strictly before ${eventClause(criterion.second)}`;
      return criterion.by === undefined
        ? order
        : `${order}, and the first of them happens${deadlineText(criterion.by)}`;
    }
    case 'within':
      return `${eventClause(criterion.event)} within ${durationText(criterion.duration)} after ${eventClause(criterion.after)}`;
    case 'judged':
      return `a person judges that the answer to "${criterion.question}" is yes${deadlineText(criterion.by)}`;
    case 'not':
      return negation(criterion.of);
    case 'all':
      return joined('all of the following are true: ', criterion.of);
    case 'any':
      return joined('at least one of the following is true: ', criterion.of);
  }
}

function negation(of: Criterion): string {
  if (of.op === 'judged') return `a person judges that the answer to "${of.question}" is no${deadlineText(of.by)}`;
  if (of.op !== 'released') return `it is not true that ${clause(of)}`;
  return `no ${modelName(of.model)} is ${of.by === undefined ? 'ever ' : ''}released to the public${windowText(of)}`;
}

function joined(opening: string, parts: readonly Criterion[]): string {
  const [first, ...others] = parts;
  if (first !== undefined && others.length === 0) return clause(first);
  const texts = parts.map((part) => (part.op === 'all' || part.op === 'any' ? `(${clause(part)})` : clause(part)));
  return `${opening}${texts.join('; ')}`;
}

/** An event leaf as a clause: "an OpenAI GPT model of version 5 in any tier is released to the public". */
export function eventClause(leaf: EventLeaf): string {
  const model = modelName(leaf.model);
  switch (leaf.op) {
    case 'released':
      return `${withArticle(model)} is released to the public${windowText(leaf)}`;
    case 'retired':
      return `${withArticle(model)} is withdrawn by its vendor${windowText(leaf)}`;
    case 'attribute':
      return `${withArticle(model)} has ${attributeText(leaf)}${windowText(leaf)}`;
    case 'count':
      return `at least ${countedText(leaf, model)} ${leaf.at_least === 1 ? 'is' : 'are'} released to the public${windowText(leaf)}`;
  }
}

function countedText({ at_least, distinct }: Extract<EventLeaf, { op: 'count' }>, model: string): string {
  const models = model.replace('model', 'models');
  if (distinct === 'version') return `${at_least} ${at_least === 1 ? 'version' : 'different versions'} of ${models}`;
  return at_least === 1 ? `1 ${model}` : `${at_least} different ${models}`;
}

const attributePhrases = {
  input_usd_per_mtok: { before: 'an input price of ', unit: ' per million tokens' },
  output_usd_per_mtok: { before: 'an output price of ', unit: ' per million tokens' },
  context_tokens: { before: 'a context window of ', unit: ' tokens' },
  parameters: { before: '', unit: ' parameters' },
} as const;

/** What an attribute leaf claims, as the object of "has": "an output price of at most $10 per million tokens". */
export function attributeText({ name, is }: Extract<EventLeaf, { op: 'attribute' }>): string {
  if (name === 'open_weights')
    return typeof is.eq === 'boolean' ? `${is.eq ? 'open' : 'closed'} weights` : `open_weights ${comparisonText(is)}`;
  const { before, unit } = attributePhrases[name];
  const sign = name === 'context_tokens' || name === 'parameters' ? '' : '$';
  return `${before}${boundsOf(is, (value) => `${sign}${numberText(value)}`)}${unit}`;
}

function numberText(value: unknown): string {
  return typeof value === 'number' ? value.toLocaleString('en-US', { maximumFractionDigits: 20 }) : String(value);
}

const comparisonWords = { gte: 'at least', gt: 'more than', lte: 'at most', lt: 'less than', eq: 'exactly' } as const;

type Comparison = Extract<EventLeaf, { op: 'attribute' }>['is'];

/** A comparison in words: "more than 10". */
export function comparisonText(is: Comparison): string {
  return boundsOf(is, String);
}

function boundsOf(is: Comparison, text: (value: unknown) => string): string {
  const bounds = (['gte', 'gt', 'lte', 'lt', 'eq'] as const).filter((bound) => is[bound] !== undefined);
  return bounds.map((bound) => `${comparisonWords[bound]} ${text(is[bound])}`).join(' and ');
}

/** A pattern as a noun without its article, with the names of vendors and families as they write them. */
export function modelName({ vendor, family, version, tier, stage }: ModelPattern): string {
  const words = [
    ...(stage === 'ga' ? ['generally available'] : []),
    ...(vendor === 'any' ? [] : [vendorTitle(vendor)]),
    ...(family === 'any' ? [] : [familyTitle(family)]),
    'model',
    ...(family === 'any' ? ['of any family'] : []),
    ...(vendor === 'any' ? ['from any vendor'] : []),
    versionText(version),
    tierText(tier),
  ];
  return words.join(' ');
}

const rangeWords = { gte: 'or later', gt: 'later than', lte: 'or earlier', lt: 'earlier than' } as const;

function versionText(version: ModelPattern['version']): string {
  if (version === undefined) return 'of any version';
  if (typeof version === 'string') return `of version ${version}`;
  const bounds: string[] = [];
  if (version.gte !== undefined) bounds.push(`${version.gte} ${rangeWords.gte}`);
  if (version.gt !== undefined) bounds.push(`${rangeWords.gt} ${version.gt}`);
  if (version.lte !== undefined) bounds.push(`${version.lte} ${rangeWords.lte}`);
  if (version.lt !== undefined) bounds.push(`${rangeWords.lt} ${version.lt}`);
  return `of version ${bounds.join(' and ')}`;
}

function tierText(tier: ModelPattern['tier']): string {
  const unsuffixed = 'without a tier suffix such as mini or pro';
  if (tier === null) return unsuffixed;
  if (tier === 'any') return 'in any tier';
  const named = tier.filter((name) => name !== null);
  if (named.length === 0) return unsuffixed;
  return `in tier ${named.join(' or ')}${named.length < tier.length ? ' or without a tier suffix' : ''}`;
}

function windowText({ from, by }: { from?: string | undefined; by?: string | undefined }): string {
  const opening = from === undefined ? '' : from.includes('T') ? ` at or after ${from}` : ` on or after ${from}`;
  return `${opening}${opening !== '' && by !== undefined ? ' and' : ''}${deadlineText(by)}`;
}

function deadlineText(by: string | undefined): string {
  if (by === undefined) return '';
  return by.includes('T') ? ` by ${by}` : ` by the end of ${by} (UTC)`;
}

const durationUnits = { Y: 'year', M: 'month', W: 'week', D: 'day' } as const;

/** "P1Y6M" as "1 year and 6 months". */
export function durationText(duration: string): string {
  const parts = [...duration.matchAll(/(\d+)([YMWD])/g)].map(([, count, letter]) => {
    // The cast is sound: the pattern above lets no other letter through.
    const unit = durationUnits[letter as keyof typeof durationUnits];
    return `${Number(count)} ${unit}${Number(count) === 1 ? '' : 's'}`;
  });
  return parts.join(' and ');
}

function withArticle(noun: string): string {
  // The first letter of xAI is spoken as a vowel.
  return `${/^(?:[aeiou]|xai\b)/i.test(noun) ? 'an' : 'a'} ${noun}`;
}
