import { z } from 'zod';
import { momentCharsMax, parseDate } from '../instant.ts';

/**
 * The criterion language: a small three-valued logic over dated events, as data.
 * `measureCriterion` checks depth and size before a value reaches this schema.
 */

const nameMax = 64;
const questionCharsMax = 1000;
const durationPattern = /^P(?!$)(\d{1,3}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?$/;

const vendorName = z
  .string()
  .regex(/^[a-z][a-z0-9.-]*$/, 'must be a vendor in lower case ("openai", "anthropic") or "any"')
  .max(nameMax)
  .meta({ description: 'The vendor of the model, in lower case, or "any".', example: 'openai' });

const familyName = z
  .string()
  .regex(/^[a-z][a-z0-9.-]*$/, 'must be a model family in lower case ("gpt", "o", "claude") or "any"')
  .max(nameMax)
  .meta({ description: 'The model family, in lower case, or "any".', example: 'gpt' });

const versionText = z
  .string()
  .regex(/^\d{1,4}(\.\d{1,4}){0,3}[a-z]?$/, 'must be a version of numbers joined by dots: "5", "4.1", "4o"')
  .meta({ description: 'A version. Versions compare number by number: 4.10 is later than 4.9.', example: '5' });

const versionRange = z
  .strictObject({
    gte: versionText.optional(),
    gt: versionText.optional(),
    lte: versionText.optional(),
    lt: versionText.optional(),
  })
  .refine((range) => Object.keys(range).length > 0, 'must have at least one of gte, gt, lte, lt')
  .meta({ id: 'VersionRange', description: 'A range of versions. A version must satisfy every bound given.' });

const tierName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]*$/, 'must be a tier in lower case: "mini", "opus"')
  .max(nameMax);

/**
 * Selects the models that a leaf is about by the parts of their identity, never by spelling. `tier` has no default on
 * purpose.
 */
export const modelPatternSchema = z
  .strictObject({
    vendor: vendorName,
    family: familyName,
    version: z.union([versionText, versionRange]).optional().meta({
      description: 'One version or a range. Default: every version, and models without a version.',
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
          error:
            'must be null (only the model without a tier suffix), "any", or a list such as ["mini", null]; it has no default',
        },
      )
      .meta({
        description:
          'Required. null matches only the model without a tier suffix, "any" matches every tier, and a list matches exactly the tiers in it. This decides whether o4-mini satisfies "o4 will be released".',
      }),
    stage: z.enum(['any', 'ga']).optional().meta({
      description: '"ga" matches generally available models only, judged by the vendor\'s own rows. Default: "any".',
    }),
  })
  .meta({ id: 'ModelPattern', description: 'The models that a criterion is about.' });

const windowDate = z
  .string()
  .max(momentCharsMax)
  .refine((text) => {
    const date = parseDate(text);
    return date !== null && (date.precision === 'day' || date.precision === 'instant');
  }, 'must be a whole day in UTC (2025-12-31) or an RFC 3339 date-time with a zone (2025-12-31T12:00:00Z)')
  .meta({ description: 'A whole day in UTC or an RFC 3339 date-time with a zone; inclusive.', example: '2025-12-31' });

const windowFields = {
  from: windowDate
    .optional()
    .meta({ description: 'Start of the window, inclusive; a day means 00:00 UTC. Default: the start of made_at.' }),
  by: windowDate
    .optional()
    .meta({ description: 'End of the window, inclusive; a day means all of that day in UTC. Default: no deadline.' }),
};

function windowIsOrdered(window: { from?: string | undefined; by?: string | undefined }): boolean {
  const from = window.from === undefined ? null : parseDate(window.from);
  const by = window.by === undefined ? null : parseDate(window.by);
  return from === null || by === null || from.interval.from < by.interval.to;
}
const windowOrder = { error: 'must not be before from', path: ['by'] };

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
    description: 'A model matching the pattern was withdrawn by its vendor in the window.',
  });

const comparison = z
  .strictObject({
    gte: z.number().optional(),
    gt: z.number().optional(),
    lte: z.number().optional(),
    lt: z.number().optional(),
    eq: z.union([z.number(), z.boolean()]).optional(),
  })
  .refine((is) => Object.keys(is).length > 0, 'must have at least one of gte, gt, lte, lt, eq')
  .meta({ id: 'Comparison', description: 'The bounds of a value. The value must satisfy every bound given.' });

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
    description: 'At least `at_least` distinct models (or versions) matching the pattern were released in the window.',
  });

const eventLeaf = z
  .discriminatedUnion('op', [released, retired, attribute, count])
  .meta({ id: 'EventCriterion', description: 'An event of one model or several, with its window.' });

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
      .regex(durationPattern, 'must be an ISO 8601 duration in years, months, weeks or days: "P3M"')
      .meta({
        description:
          'An ISO 8601 duration in years, months, weeks or days. A month after 31 January is the last day of February.',
        example: 'P3M',
      }),
  })
  .meta({
    id: 'WithinCriterion',
    description: '`event` happens no earlier than `after`, and no later than `duration` after it.',
  });

const judged = z
  .strictObject({
    op: z.literal('judged'),
    question: z
      .string()
      .min(1)
      .max(questionCharsMax)
      .refine((text) => !text.includes('\u0000'), 'must not contain U+0000'),
    by: windowDate.optional(),
  })
  .meta({ id: 'JudgedCriterion', description: 'A question that only a person can answer.' });

const operandsMax = 200;

const not = z
  .strictObject({
    op: z.literal('not'),
    get of(): z.ZodType<Criterion> {
      return criterionSchema;
    },
  })
  .meta({ id: 'NotCriterion', description: 'The operand is false.' });

const all = z
  .strictObject({
    op: z.literal('all'),
    get of(): z.ZodType<Criterion[]> {
      return z.array(criterionSchema).min(1).max(operandsMax);
    },
  })
  .meta({ id: 'AllCriterion', description: 'Every operand is true.' });

const any = z
  .strictObject({
    op: z.literal('any'),
    get of(): z.ZodType<Criterion[]> {
      return z.array(criterionSchema).min(1).max(operandsMax);
    },
  })
  .meta({ id: 'AnyCriterion', description: 'At least one operand is true.' });

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

/** The whole grammar. It recurses, so call `measureCriterion` first: deep input would overflow the stack. */
export const criterionSchema: z.ZodType<Criterion> = z
  .discriminatedUnion('op', [released, retired, attribute, count, precedes, within, judged, not, all, any], {
    error: (issue) =>
      issue.code === 'invalid_union'
        ? 'must be one of released, retired, attribute, count, precedes, within, judged, not, all, any'
        : undefined,
  })
  .meta({ id: 'Criterion', description: 'A machine-checkable criterion. not, all and any contain further criteria.' });
