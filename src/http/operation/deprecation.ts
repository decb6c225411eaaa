import { parseDate } from '../../domain/instant.ts';

export type Deprecation = {
  /** When it was deprecated: a day, `YYYY-MM-DD`, or an RFC 3339 instant. */
  readonly since: string;
  /** When it may be removed; not before `since`. Absent if that is not decided. */
  readonly sunset?: string;
  /** What to use instead: a sentence for the API document. */
  readonly instead: string;
};

/** The page that explains deprecations. */
const explainedAt = '/docs/versioning';

/**
 * The header fields of every response of a deprecated operation: `Deprecation` (RFC 9745, a structured date), `Sunset`
 * (RFC 8594, an HTTP date) and a `Link` to the explanation. Throws a RangeError for an invalid date, or a sunset before the
 * deprecation (RFC 9745, section 4).
 */
export function deprecationHeaders({ since, sunset }: Deprecation): Readonly<Record<string, string>> {
  const from = startOf(since);
  const end = sunset === undefined ? null : startOf(sunset);
  if (end !== null && end < from) throw new RangeError(`the sunset ${sunset} is before the deprecation ${since}`);
  return {
    deprecation: `@${Math.floor(from / 1000)}`,
    ...(end === null ? {} : { sunset: new Date(end).toUTCString() }),
    link: `<${explainedAt}>; rel="deprecation"; type="text/plain"`,
  };
}

function startOf(date: string): number {
  const parsed = parseDate(date);
  if (parsed === null || (parsed.precision !== 'day' && parsed.precision !== 'instant'))
    throw new RangeError(`${date} is neither a day nor an instant`);
  return parsed.interval.from;
}

/** These fields in the API document. They are inline, because an unused component would remain when nothing is deprecated. */
export function deprecationHeaderDocs(deprecation: Deprecation) {
  const { deprecation: since, sunset } = deprecationHeaders(deprecation);
  const text = { type: 'string' as const };
  return {
    Deprecation: { description: 'When the operation was deprecated (RFC 9745).', schema: text, example: since },
    ...(sunset === undefined
      ? {}
      : { Sunset: { description: 'When the operation may be removed (RFC 8594).', schema: text, example: sunset } }),
  };
}
