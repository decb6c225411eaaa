import { z } from 'zod';
import { endKinds } from '../feeds/stated-end.ts';
import { readInput } from '../input.ts';
import { parseDate } from '../instant.ts';
import { Refusal } from '../refusal.ts';
import type { StatedEndOfId } from './find-end.ts';

/** The most ends and sources in the document. */
export const endsMax = 10_000;
const sourcesMax = 200;

/** The most errors that a refusal names. */
const endsErrorsMax = 20;

const idText = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'must be a model id');
const dateText = z
  .string()
  .refine((text) => ['day', 'month'].includes(parseDate(text)?.precision ?? ''), 'must be a day or a month');

const sourceSchema = z.strictObject({
  publisher: z.string().min(1).max(100),
  url: z.url({ protocol: /^https$/ }),
  /** The day or month on which a reviewer, or a service that collects such pages, read it. */
  read_on: dateText,
  note: z.string().min(1).max(500).optional(),
});

const endSchema = z.strictObject({
  /** The id that ends, as its source writes it. */
  id: idText,
  /** The host whose service ends; omitted for the vendor's own. */
  host: z.enum(['azure', 'bedrock', 'vertex', 'groq']).optional(),
  date: dateText,
  kind: z.enum(endKinds),
  source: z.string(),
  /** The id that the source recommends instead. */
  successor: idText.optional(),
  /** Earlier dates, oldest first. */
  moved_from: z.array(dateText).min(1).max(50).optional(),
  note: z.string().min(1).max(500).optional(),
});

const documentSchema = z.strictObject({
  format: z.literal('outturn-ends/1'),
  notes: z.string().max(2000).optional(),
  sources: z.record(z.string().regex(/^[a-z0-9-]{1,60}$/), sourceSchema),
  ends: z.array(endSchema).max(endsMax),
});

/** The reviewed ends of `data/ends.json`. */
export type EndsDocument = z.infer<typeof documentSchema>;

/** Parses the document of reviewed ends, or throws `Refusal('validation_failed')` with a pointer for each error. */
export function readEndsDocument(value: unknown): EndsDocument {
  const parsed = readInput(documentSchema, value, { name: 'the document of ends', pointer: '#' });
  const errors = parsed.errors ?? findContradictions(parsed.data);
  if (parsed.errors === undefined && errors.length === 0) return parsed.data;
  throw new Refusal(
    'validation_failed',
    `the document of ends has ${errors.length} errors`,
    errors.slice(0, endsErrorsMax),
  );
}

/** Errors that the schema cannot express: an unknown source, two ends of one id at one service, a date that moved to itself. */
function findContradictions({ sources, ends }: EndsDocument) {
  const keys = new Set<string>();
  const errors = ends.flatMap((end, index) => {
    const at = (field: string, detail: string) => ({ detail, pointer: `#/ends/${index}/${field}` });
    const key = `${end.host ?? ''} ${end.id.toLowerCase()}`;
    const isTwice = keys.has(key);
    keys.add(key);
    return [
      ...(Object.hasOwn(sources, end.source) ? [] : [at('source', 'must be one of the sources')]),
      ...(isTwice ? [at('id', 'must be unique for its host')] : []),
      ...(end.moved_from?.at(-1) === end.date ? [at('moved_from', 'must not end with the current date')] : []),
    ];
  });
  if (Object.keys(sources).length <= sourcesMax) return errors;
  return [...errors, { detail: `must have at most ${sourcesMax} entries`, pointer: '#/sources' }];
}

/** The ends of the document, with their sources. */
export function listReviewedEnds({ ends, sources }: EndsDocument): StatedEndOfId[] {
  return ends.map(({ id, host = null, date, kind, source, successor = null, moved_from: movedFrom = [] }) => ({
    end: {
      id,
      date,
      kind,
      scope: host === null ? 'vendor' : 'host',
      host,
      sources: Object.entries(sources).flatMap(([name, { publisher, url }]) =>
        name === source ? [{ name: publisher, url }] : [],
      ),
      movedFrom,
      hasEnded: false,
      isContradicted: false,
    },
    successor,
  }));
}

/** The days or months in which the first and the last of the sources was read. */
export function reviewedOn({ sources }: EndsDocument): { readonly from: string; readonly to: string } {
  const days = Object.values(sources)
    .map(({ read_on: day }) => day)
    .sort();
  return { from: days[0] ?? '', to: days.at(-1) ?? '' };
}
