import type { KnownAlias, KnownEnd } from './end.ts';
import type { ScanRow } from './report.ts';

const hostNames: ReadonlyMap<string, string> = new Map([
  ['azure', 'Azure'],
  ['bedrock', 'Amazon Bedrock'],
  ['vertex', 'Vertex AI'],
  ['groq', 'Groq'],
]);

/** Whose statement an end is, and for which id: `the end is stated for gpt-5-2025-08-07 at OpenAI`. */
export function describeEnd({ id, host, sources }: KnownEnd): string {
  const place = host === null ? (sources[0]?.name ?? 'its vendor') : (hostNames.get(host) ?? host);
  return `the end is stated for ${id} at ${place}`;
}

/** `it stands for mistral-large-2512, as mistral states since 2025-12-02` */
export function describeAlias({ standsFor, feed, since }: KnownAlias): string {
  return `it stands for ${standsFor}, as the feed ${feed} states since ${since}`;
}

/** A row in one sentence, for reports that have no columns. */
export function describeRow({ id, status, end, daysLeft, successor, problem }: ScanRow): string {
  const instead = successor === null ? '' : ` Its successor is ${successor}.`;
  const when = end?.date ?? 'an unknown day';
  switch (status) {
    case 'ended':
      return `${id} has ended${end?.date == null ? '' : ` on ${when}`}.${instead}`;
    case 'ending':
      return `${id} ends on ${when}${daysLeft === null ? '' : `, in ${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}`} (${end?.kind ?? 'planned'}).${instead}`;
    case 'may_end':
      return `${id} ends on ${when} at the earliest.${instead}`;
    case 'unknown':
      return `${id} cannot be read as a model: ${problem ?? 'its name is not known'}.`;
    case 'no_end':
      return `${id} has no stated end.`;
  }
}
