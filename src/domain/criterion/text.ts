import type { Criterion, EventLeaf, ModelPattern } from './criterion.ts';

/** A criterion in plain words, for people: what exactly would settle the claim. */
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
    case 'precedes':
      return `${eventClause(criterion.first)} strictly before ${eventClause(criterion.second)}${until(criterion.by)}`;
    case 'within':
      return `${eventClause(criterion.event)} no later than ${criterion.duration} after ${eventClause(criterion.after)}`;
    case 'judged':
      return `a person judges: ${criterion.question.replace(/[.\s]+$/, '')}${until(criterion.by)}`;
    case 'not':
      return negation(criterion.of);
    case 'all':
    case 'any':
      return joined(criterion.of, criterion.op);
  }
}

function negation(of: Criterion): string {
  if (of.op === 'released')
    return `no ${modelName(of.model)} is ever released to the public${period(of)}`.replace(
      'ever released',
      of.by === undefined ? 'ever released' : 'released',
    );
  return `it is not the case that ${clause(of)}`;
}

function joined(parts: readonly Criterion[], op: 'all' | 'any'): string {
  const texts = parts.map((part) => (part.op === 'all' || part.op === 'any' ? `(${clause(part)})` : clause(part)));
  return texts.length === 1
    ? (texts[0] ?? '')
    : `${op === 'all' ? 'all of: ' : 'at least one of: '}${texts.join('; ')}`;
}

/** An event leaf in words. */
export function eventClause(leaf: EventLeaf): string {
  switch (leaf.op) {
    case 'released':
      return `${article(modelName(leaf.model))} is released to the public${period(leaf)}`;
    case 'retired':
      return `${article(modelName(leaf.model))} is withdrawn by its publisher${period(leaf)}`;
    case 'attribute':
      return `${article(modelName(leaf.model))} has ${leaf.name} ${comparisonText(leaf.is)}${period(leaf)}`;
    case 'count':
      return `at least ${leaf.at_least} distinct ${leaf.distinct === 'model' ? 'models' : 'versions'} of ${modelName(leaf.model)} are released${period(leaf)}`;
  }
}

const comparisonWords = { gte: 'at least', gt: 'more than', lte: 'at most', lt: 'less than', eq: 'exactly' } as const;

/** A comparison in words: "more than 10". */
export function comparisonText(is: Record<string, unknown>): string {
  const bounds = (['gte', 'gt', 'lte', 'lt', 'eq'] as const).filter((bound) => is[bound] !== undefined);
  return bounds.map((bound) => `${comparisonWords[bound]} ${String(is[bound])}`).join(' and ');
}

/** A pattern in words. "OpenAI"-like spelling is not guessed: names are shown as the identity data has them. */
export function modelName(pattern: ModelPattern): string {
  const vendor = pattern.vendor === 'any' ? "any vendor's" : pattern.vendor;
  const family = pattern.family === 'any' ? 'model of any family' : `${pattern.family} model`;
  const stage = pattern.stage === 'ga' ? 'generally available ' : '';
  return `${stage}${vendor} ${family}${versionText(pattern.version)}${tierText(pattern.tier)}`;
}

const rangeWords = { gte: 'or later', gt: 'later than', lte: 'or earlier', lt: 'earlier than' } as const;

function versionText(version: ModelPattern['version']): string {
  if (version === undefined) return ' of any version';
  if (typeof version === 'string') return ` of version ${version}`;
  const bounds: string[] = [];
  if (version.gte !== undefined) bounds.push(`${version.gte} ${rangeWords.gte}`);
  if (version.gt !== undefined) bounds.push(`${rangeWords.gt} ${version.gt}`);
  if (version.lte !== undefined) bounds.push(`${version.lte} ${rangeWords.lte}`);
  if (version.lt !== undefined) bounds.push(`${rangeWords.lt} ${version.lt}`);
  return ` of version ${bounds.join(' and ')}`;
}

function tierText(tier: ModelPattern['tier']): string {
  if (tier === null) return ', unsuffixed only (no mini, pro or other tier)';
  if (tier === 'any') return ', any size or tier';
  return `, tier ${tier.map((name) => name ?? 'unsuffixed').join(' or ')}`;
}

function period(window: { from?: string | undefined; by?: string | undefined }): string {
  const from = window.from === undefined ? '' : ` from ${window.from}`;
  return `${from}${until(window.by)}`;
}

function until(by: string | undefined): string {
  if (by === undefined) return '';
  return by.includes('T') ? ` by ${by}` : ` by ${by}, that day included`;
}

function article(noun: string): string {
  if (noun.startsWith('any ')) return noun;
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}
