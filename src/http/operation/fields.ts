import { z } from '@hono/zod-openapi';
import { type Instant, parseDate, parseInstant, yearMax, yearMin } from '../../domain/instant.ts';
import { probabilityMax, probabilityMin } from '../../domain/scores/forecast.ts';
import { pageDefault, pageMax } from './cursor.ts';

/** Lengths are in UTF-16 units. */
export const statementCharsMax = 1000;
export const finePrintCharsMax = 4000;
export const reasonCharsMax = 4000;
export const nameCharsMax = 200;
export const urlCharsMax = 2000;
const slugCharsMax = 100;
const tagCharsMax = 50;
export const tagsMax = 20;
export const evidenceMax = 100;
const idCharsMax = 128;
const searchCharsMax = 200;
const limitDigitsMax = 20;

/** Ids and slugs; what has another shape cannot exist. */
export const idPattern = /^[A-Za-z0-9._~-]{1,128}$/;

export function text(charsMax: number, meta: { description: string; example: string }) {
  return z.string().max(charsMax).regex(/\S/, 'must not be blank').meta(meta);
}

export const slugField = z
  .string()
  .max(slugCharsMax)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case letters and digits, joined by single hyphens')
  .meta({ description: 'A readable name for addresses; unique.', example: 'gpt-5-never-released' });

const tagPattern = /^[\p{L}\p{N}]([\p{L}\p{N} ._:/+-]*[\p{L}\p{N}+])?$/u;

/** The same as far as it can be told without the classes of Unicode, which few tools read. */
const tagPatternShown =
  '^[^\\x00-/:-@\\x5b-`{-\\x7f]([^\\x00-\\x1f!-*,;-@\\x5b-^`{-\\x7f]*[^\\x00-*,-/:-@\\x5b-`{-\\x7f])?$';

/** Tested apart from the schema, since the document would show the flag as part of the pattern. */
export const tagField = z
  .string()
  .max(tagCharsMax)
  .refine((value) => tagPattern.test(value), 'must be letters and digits, with spaces or . _ : / + - between them')
  .openapi({ pattern: tagPatternShown, description: 'A tag.', example: 'timelines' });

export const webUrlField = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(urlCharsMax)
  .meta({ description: 'An http or https address.', example: 'https://example.com/article' });

export const dateField = z
  .string()
  .max(40)
  .refine(
    (value) => parseDate(value) !== null,
    `must be a date (2025, 2025-01 or 2025-01-12) or an RFC 3339 date-time with a zone, in the years ${yearMin} to ${yearMax}`,
  )
  .meta({ description: 'A date as exact as it is known, or an RFC 3339 instant with a zone.', example: '2025-01-12' });

export const probabilityField = z
  .number()
  .min(probabilityMin)
  .max(probabilityMax)
  .meta({ description: 'From 0 (impossible) to 1 (certain).', example: 0.9 });

export const referenceField = z.string().regex(idPattern, 'must be an id').max(idCharsMax);

/** What is answered as an instant: RFC 3339, UTC. */
export function instantText(description: string) {
  return z.string().meta({ description, example: '2025-08-08T00:00:00Z', format: 'date-time' });
}

/** Texts to filter by. */
export function filterText(description: string, example: string) {
  return z.string().min(1).max(searchCharsMax).optional().meta({ description, example });
}

/** One moment of a filter: the start of a date, or an instant. */
export function filterMoment(description: string, example: string) {
  return z
    .string()
    .refine(
      (value) => parseDate(value) !== null,
      `must be a date (2025-01-12) or an RFC 3339 date-time with a zone, in the years ${yearMin} to ${yearMax}`,
    )
    .transform((value): Instant => parseDate(value)?.interval.from ?? 0)
    .optional()
    .openapi({ type: 'string', description, example });
}

/** The knowledge time asked about. Of a whole day it is its end, as evidence that only carries a day is known from there. */
export const asOfField = z
  .string()
  .refine(
    (value) => ['day', 'instant'].includes(parseDate(value)?.precision ?? ''),
    `must be a day (2025-01-12) or an RFC 3339 date-time with a zone, in the years ${yearMin} to ${yearMax}`,
  )
  .transform((value): Instant => parseInstant(value) ?? parseDate(value)?.interval.to ?? 0)
  .optional()
  .openapi({
    type: 'string',
    description:
      'Answers from what was known by then, for ever the same: an RFC 3339 instant with a zone, or a day (its end counts). It must not lie in the future. Left out: now.',
    example: '2025-08-08T00:00:00Z',
  });

/** Digits only: nothing else is a number here. */
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
    description: `Entries of a page; more than ${pageMax} is lowered to ${pageMax}.`,
    example: pageDefault,
  });

const cursorField = z.string().min(1).max(2000).optional().meta({
  description: 'From `next_cursor` of the page before, with the same filters.',
  example: 'eyJvZiI6Ii4uLiIsImF0Ijo1MH0',
});

export const pageFields = { limit: limitField, cursor: cursorField };

/** At runtime anything: the service measures and reads it itself, since a schema would overflow the stack on deep input. */
export const criterionField = z
  .unknown()
  .refine((value) => value !== undefined, 'is required')
  .openapi({ $ref: '#/components/schemas/Criterion' } as object);

/** A page of a listing, as a component of its own. */
export function pageSchema<S extends z.ZodType>(id: string, description: string, entry: S) {
  return z
    .object({
      data: z.array(entry),
      next_cursor: z.string().nullable().meta({ description: 'For the next page; null at the end.', example: null }),
    })
    .meta({ id, description });
}
