import { z } from '@hono/zod-openapi';
import { type Instant, momentCharsMax, parseDate, parseInstant, yearMax, yearMin } from '../../domain/instant.ts';
import { probabilityMax, probabilityMin } from '../../domain/scores/forecast.ts';
import { pageDefault, pageMax } from './cursor.ts';

/** Lengths are in UTF-16 code units. */
export const statementCharsMax = 1000;
export const finePrintCharsMax = 4000;
export const reasonCharsMax = 4000;
export const nameCharsMax = 200;
export const urlCharsMax = 2000;
const slugCharsMax = 100;
const tagCharsMax = 50;
export const tagsMax = 20;
export const evidenceMax = 100;
export const idCharsMax = 128;
const searchCharsMax = 200;
const limitDigitsMax = 20;
/** The most values of one list in a query. */
export const listValuesMax = 20;

/** Ids and slugs. */
export const idPattern = /^[A-Za-z0-9._~-]{1,128}$/;

export function text(charsMax: number, meta: { description: string; example: string }) {
  return z.string().max(charsMax).regex(/\S/, 'must not be blank').meta(meta);
}

export const slugField = z
  .string()
  .max(slugCharsMax)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case letters and digits, joined by single hyphens')
  .meta({
    description: 'Human-readable identifier for URLs. Must be unique. Default: generated from the statement.',
    example: 'gpt-5-never-released',
  });

const tagPattern = /^[\p{L}\p{N}]([\p{L}\p{N} ._:/+-]*[\p{L}\p{N}+])?$/u;

/** An approximation for the document without Unicode classes, which few tools support. */
const tagPatternShown =
  '^[^\\x00-/:-@\\x5b-`{-\\x7f]([^\\x00-\\x1f!-*,;-@\\x5b-^`{-\\x7f]*[^\\x00-*,-/:-@\\x5b-`{-\\x7f])?$';

/** A refinement, because the document would show the flag `u` as part of the pattern. */
export const tagField = z
  .string()
  .max(tagCharsMax)
  .refine((value) => tagPattern.test(value), 'must be letters and digits, with spaces or . _ : / + - between them')
  .openapi({ pattern: tagPatternShown, description: 'A tag.', example: 'timelines' });

export const webUrlField = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(urlCharsMax)
  .meta({ description: 'An http or https URL.', example: 'https://example.com/article' });

export const dateField = z
  .string()
  .max(40)
  .refine(
    (value) => parseDate(value) !== null,
    `must be a date (2025, 2025-01 or 2025-01-12) or an RFC 3339 date-time with a zone, in the years ${yearMin} to ${yearMax}`,
  )
  .meta({
    description: 'A date (2025, 2025-01 or 2025-01-12) or an RFC 3339 date-time with a zone.',
    example: '2025-01-12',
  });

export const probabilityField = z
  .number()
  .min(probabilityMin)
  .max(probabilityMax)
  .meta({ description: 'From 0 (impossible) to 1 (certain).', example: 0.9 });

export const referenceField = z.string().regex(idPattern, 'must be an id').max(idCharsMax);

/** An RFC 3339 date-time in UTC in a response. */
export function instantText(description: string) {
  return z.string().meta({ description, example: '2025-08-08T00:00:00Z', format: 'date-time' });
}

/** A query parameter that filters by a string. */
export function filterText(description: string, example: string) {
  return z.string().min(1).max(searchCharsMax).optional().meta({ description, example });
}

/** A query parameter that filters by a moment. A date means its start. */
export function filterMoment(description: string, example: string) {
  return z
    .string()
    .refine(
      (value) => parseDate(value) !== null,
      explainSpace(
        `must be a date (2025-01-12) or an RFC 3339 date-time with a zone, in the years ${yearMin} to ${yearMax}`,
      ),
    )
    .transform((value): Instant => parseDate(value)?.interval.from ?? 0)
    .optional()
    .openapi({ type: 'string', maxLength: momentCharsMax, description, example });
}

/** The error of a time in a query: `message`, unless the + of its zone was not encoded and so arrived as a space. */
export function explainSpace(message: string) {
  return {
    error: ({ input }: { readonly input?: unknown }): string =>
      typeof input === 'string' && /T[\d:.]+ \d{2}:?\d{2}$/.test(input)
        ? 'must not contain a space: a + in a query means a space, so write the + of the zone as %2B, or use Z'
        : message,
  };
}

/** A comma-separated list of values from a fixed set. The operation must name the parameter in `lists`. */
export function filterList<V extends string>(values: readonly V[], meta: { description: string; example: V[] }) {
  const isValue = (text: string): text is V => values.some((value) => value === text);
  return z
    .string()
    .transform((text) => text.split(','))
    .refine((entries) => entries.length <= listValuesMax, `must have at most ${listValuesMax} values`)
    .refine((entries) => entries.every(isValue), `must be one of ${values.join(', ')}, or several separated by commas`)
    .transform((entries): V[] => entries.filter(isValue))
    .optional()
    .openapi({
      type: 'array',
      items: { type: 'string', enum: [...values] },
      minItems: 1,
      maxItems: listValuesMax,
      ...meta,
      param: { style: 'form', explode: false },
    });
}

/** `true` or `false`; other spellings are rejected. */
export function filterFlag(description: string) {
  return z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional()
    .openapi({ type: 'boolean', description, example: false });
}

/** A day means its end, because evidence that states only a day counts from the end of that day. */
export const asOfField = z
  .string()
  .refine(
    (value) => ['day', 'instant'].includes(parseDate(value)?.precision ?? ''),
    explainSpace(
      `must be a day (2025-01-12) or an RFC 3339 date-time with a zone, in the years ${yearMin} to ${yearMax}`,
    ),
  )
  .transform((value): Instant => parseInstant(value) ?? parseDate(value)?.interval.to ?? 0)
  .optional()
  .openapi({
    type: 'string',
    maxLength: momentCharsMax,
    description:
      'Use only what was known at this moment: an RFC 3339 date-time with a zone, or a day, meaning its end. Must not be in the future. Default: now.',
    example: '2025-08-08T00:00:00Z',
  });

/** Digits only: Number() would also accept 0x10, 1e3 and an empty string. */
const limitField = z
  .string()
  .max(limitDigitsMax)
  .refine((value) => /^0*[1-9]\d*$/.test(value), 'must be an integer of 1 or more')
  .transform((value) => Math.min(Number(value), pageMax))
  .optional()
  .openapi({
    type: 'integer',
    minimum: 1,
    default: pageDefault,
    description: `Maximum number of entries per page, from 1 to ${pageMax}. Larger values are lowered to ${pageMax}.`,
    example: pageDefault,
  });

const cursorField = z.string().min(1).max(2000).optional().meta({
  description: 'The `next_cursor` of the previous page. Send the same filters.',
  example: 'eyJvZiI6Ii4uLiIsImF0Ijo1MH0',
});

export const pageFields = { limit: limitField, cursor: cursorField };

/** Not validated here: the service measures the depth first, because a recursive schema overflows the stack on deep input. */
export const criterionField = z
  .unknown()
  .refine((value) => value !== undefined, 'must be present')
  .openapi({ $ref: '#/components/schemas/Criterion' } as object);

/** The number of entries on all pages, which a list returns for `count=true`. */
export const totalField = z.int().optional().meta({
  description: 'Number of entries that match the filters, on all pages. Only with `count=true`.',
  example: 1,
});

/** The schema of a page, as a component. */
export function pageSchema<S extends z.ZodType>(id: string, description: string, entry: S) {
  return z
    .object({
      data: z.array(entry).meta({ description: 'The entries of this page.' }),
      next_cursor: z
        .string()
        .nullable()
        .meta({ description: 'Send it as `cursor` to get the next page. Null on the last page.', example: null }),
    })
    .meta({ id, description });
}
