import { parseDate } from '../../domain/instant.ts';

/** That an operation is on its way out. */
export type Deprecation = {
  /** From when on nobody should begin to use it: a day, `YYYY-MM-DD`, or an RFC 3339 instant. */
  readonly since: string;
  /** When it may stop to answer; not before `since`. Left out: nobody has said yet. */
  readonly sunset?: string;
  /** What to use instead, in a sentence for the document. */
  readonly instead: string;
};

/** Where every deprecation is explained. */
const explainedAt = '/docs/versioning';

/**
 * The header fields by which every answer of a deprecated operation says so: `Deprecation` (RFC 9745, the seconds of an instant
 * as a structured date), `Sunset` (RFC 8594, an HTTP date) and a `Link` to the explanation. Throws where the dates are none, or
 * the end lies before the deprecation (RFC 9745, 4).
 */
export function deprecationHeaders({ since, sunset }: Deprecation): Readonly<Record<string, string>> {
  const from = startOf(since);
  const end = sunset === undefined ? null : startOf(sunset);
  if (end !== null && end < from) throw new RangeError(`the sunset ${sunset} lies before the deprecation ${since}`);
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

/** How the document tells of these fields. They are no components: most of the time nothing would refer to them. */
export function deprecationHeaderDocs(deprecation: Deprecation) {
  const { deprecation: since, sunset } = deprecationHeaders(deprecation);
  const text = { type: 'string' as const };
  return {
    Deprecation: { description: 'From when on it is deprecated (RFC 9745).', schema: text, example: since },
    ...(sunset === undefined
      ? {}
      : { Sunset: { description: 'When it may stop to answer (RFC 8594).', schema: text, example: sunset } }),
  };
}
