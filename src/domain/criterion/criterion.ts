import { z } from 'zod';
import { parseDate } from '../instant.ts';

/**
 * The criterion language: a small three-valued logic over dated events, as data.
 * Depth and size are checked by criterion-size.ts before this schema sees the value.
 */

const nameMax = 64;
const questionCharsMax = 1000;
const durationPattern = /^P(?!$)(\d{1,3}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?$/;

const vendorName = z
  .string()
  .regex(/^[a-z][a-z0-9.-]*$/, 'a vendor is lower case: "openai", "anthropic", or "any"')
  .max(nameMax)
  .meta({ description: 'The vendor whose model it is, or "any".', example: 'openai' });

const familyName = z
  .string()
  .regex(/^[a-z][a-z0-9.-]*$/, 'a family is lower case: "gpt", "o", "claude", or "any"')
  .max(nameMax)
  .meta({ description: 'The family of models, or "any".', example: 'gpt' });

const versionText = z
  .string()
  .regex(/^\d{1,4}(\.\d{1,4}){0,3}[a-z]?$/, 'a version is numbers joined by dots: "5", "4.1", "4o"')
  .meta({ description: 'A version, compared number by number.', example: '5' });

const versionRange = z
  .strictObject({
    gte: versionText.optional(),
    gt: versionText.optional(),
    lte: versionText.optional(),
    lt: versionText.optional(),
  })
  .refine((range) => Object.keys(range).length > 0, 'a version range needs at least one of gte, gt, lte, lt')
  .meta({ id: 'VersionRange', description: 'A range of versions, every given bound included.' });

const tierName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]*$/, 'a tier is lower case: "mini", "opus"')
  .max(nameMax);

/** Which models a leaf speaks of: structure, never strings. `tier` has no default on purpose. */
export const modelPatternSchema = z
  .strictObject({
    vendor: vendorName,
    family: familyName,
    version: z.union([versionText, versionRange]).optional().meta({
      description: 'One version, or a range. Left out: every version, and models without one.',
    }),
    tier: z
      .union(
        [
          z.null(),
          z.literal('any'),
          z
            .array(z.union([tierName, z.null()]))
            .min(1)
            .max(32),
        ],
        {
          error: 'tier is required: null (the unsuffixed model only), "any", or a list such as ["mini", null]',
        },
      )
      .meta({
        description:
          'Required. null is the unsuffixed model only, "any" every size, a list exactly those. Whether o4-mini fulfils "o4 will arrive" is decided here.',
      }),
    stage: z.enum(['any', 'ga']).optional().meta({
      description: '"ga" accepts general availability only, read from the vendor\'s own rows. Left out: any.',
    }),
  })
  .meta({ id: 'ModelPattern', description: 'Which models are meant.' });

const windowDate = z
  .string()
  .refine((text) => {
    const date = parseDate(text);
    return date !== null && (date.precision === 'day' || date.precision === 'instant');
  }, 'a whole day in UTC (2025-12-31) or an RFC 3339 instant with a zone (2025-12-31T12:00:00Z)')
  .meta({ description: 'A whole day in UTC, inclusive, or an instant.', example: '2025-12-31' });

const windowFields = {
  from: windowDate.optional().meta({ description: 'First day that counts. Left out: the start of made_at.' }),
  by: windowDate.optional().meta({ description: 'Last day that counts. Left out: for ever.' }),
};

function windowIsOrdered(window: { from?: string | undefined; by?: string | undefined }): boolean {
  const from = window.from === undefined ? null : parseDate(window.from);
  const by = window.by === undefined ? null : parseDate(window.by);
  return from === null || by === null || from.interval.from < by.interval.to;
}
const windowOrder = { error: '`by` lies before `from`: no event could ever fall between them', path: ['by'] };

const released = z
  .strictObject({ op: z.literal('released'), model: modelPatternSchema, ...windowFields })
  .refine(windowIsOrdered, windowOrder)
  .meta({
    id: 'ReleasedCriterion',
    description: 'A model matching the pattern became publicly available in the window.',
  });

const retired = z
  .strictObject({ op: z.literal('retired'), model: modelPatternSchema, ...windowFields })
  .refine(windowIsOrdered, windowOrder)
  .meta({
    id: 'RetiredCriterion',
    description: 'A model matching the pattern was withdrawn by its publisher in the window.',
  });

const comparison = z
  .strictObject({
    gte: z.number().optional(),
    gt: z.number().optional(),
    lte: z.number().optional(),
    lt: z.number().optional(),
    eq: z.union([z.number(), z.boolean()]).optional(),
  })
  .refine((is) => Object.keys(is).length > 0, 'a comparison needs at least one of gte, gt, lte, lt, eq')
  .meta({ id: 'Comparison', description: 'What a value must be; every given bound holds.' });

const attribute = z
  .strictObject({
    op: z.literal('attribute'),
    model: modelPatternSchema,
    name: z.enum(['input_usd_per_mtok', 'output_usd_per_mtok', 'context_tokens', 'open_weights', 'parameters']),
    is: comparison,
    ...windowFields,
  })
  .refine(windowIsOrdered, windowOrder)
  .meta({
    id: 'AttributeIsCriterion',
    description: 'A matching model has a published attribute that satisfies the comparison.',
  });

const count = z
  .strictObject({
    op: z.literal('count'),
    model: modelPatternSchema,
    at_least: z.int().min(1).max(1000),
    distinct: z.enum(['model', 'version']),
    ...windowFields,
  })
  .refine(windowIsOrdered, windowOrder)
  .meta({
    id: 'CountCriterion',
    description: 'At least so many distinct matching models or versions were released in the window.',
  });

const eventLeaf = z
  .discriminatedUnion('op', [released, retired, attribute, count])
  .meta({ id: 'EventCriterion', description: 'Something that happens at a moment.' });

const precedes = z
  .strictObject({ op: z.literal('precedes'), first: eventLeaf, second: eventLeaf, by: windowDate.optional() })
  .meta({ id: 'PrecedesCriterion', description: 'The first event happens strictly before the second.' });

const within = z
  .strictObject({
    op: z.literal('within'),
    event: eventLeaf,
    after: eventLeaf,
    duration: z
      .string()
      .regex(durationPattern, 'an ISO 8601 duration in years, months, weeks or days: "P3M"')
      .meta({ description: 'ISO 8601; months clamp to the last day.', example: 'P3M' }),
  })
  .meta({ id: 'WithinCriterion', description: 'The event happens within a duration after another.' });

const judged = z
  .strictObject({
    op: z.literal('judged'),
    question: z
      .string()
      .min(1)
      .max(questionCharsMax)
      .refine((text) => !text.includes('\u0000'), 'U+0000 is not text'),
    by: windowDate.optional(),
  })
  .meta({ id: 'JudgedCriterion', description: 'Only a person can answer.' });

const operandsMax = 200;

const not = z
  .strictObject({
    op: z.literal('not'),
    get of(): z.ZodType<Criterion> {
      return criterionSchema;
    },
  })
  .meta({ id: 'NotCriterion', description: 'What it holds does not come true.' });

const all = z
  .strictObject({
    op: z.literal('all'),
    get of(): z.ZodType<Criterion[]> {
      return z.array(criterionSchema).min(1).max(operandsMax);
    },
  })
  .meta({ id: 'AllCriterion', description: 'Everything that it holds comes true.' });

const any = z
  .strictObject({
    op: z.literal('any'),
    get of(): z.ZodType<Criterion[]> {
      return z.array(criterionSchema).min(1).max(operandsMax);
    },
  })
  .meta({ id: 'AnyCriterion', description: 'At least one of what it holds comes true.' });

export type ModelPattern = z.infer<typeof modelPatternSchema>;
export type Released = z.infer<typeof released>;
export type EventLeaf = z.infer<typeof eventLeaf>;
export type Judged = z.infer<typeof judged>;
export type Precedes = z.infer<typeof precedes>;
export type Within = z.infer<typeof within>;
export type Criterion =
  | EventLeaf
  | Precedes
  | Within
  | Judged
  | { op: 'not'; of: Criterion }
  | { op: 'all'; of: Criterion[] }
  | { op: 'any'; of: Criterion[] };

/** The whole grammar. Recursive: look at size first (`measureCriterion`), since deep input would overflow the stack. */
export const criterionSchema: z.ZodType<Criterion> = z
  .discriminatedUnion('op', [released, retired, attribute, count, precedes, within, judged, not, all, any], {
    error: (issue) =>
      issue.code === 'invalid_union'
        ? 'op must be one of released, retired, attribute, count, precedes, within, judged, not, all, any'
        : undefined,
  })
  .meta({ id: 'Criterion', description: 'A machine-checkable criterion. Recursive through not, all and any.' });
