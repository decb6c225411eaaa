import { z } from '@hono/zod-openapi';
import { entrySchema } from '../../domain/identity/entries.ts';
import { hintCodes } from '../../domain/identity/hint-variants.ts';
import { hintNamesMax } from '../../domain/identity/hints.ts';
import { formatInstant } from '../../domain/instant.ts';
import { outcomes } from '../../domain/outcome.ts';
import { type CurationReport, type listIdentityAdditions, reportedItemsMax } from '../../services/identity/curation.ts';
import type { PredictionStanding } from '../../services/identity/prediction-changes.ts';
import { adminCaller } from '../operation/auth.ts';
import { instantText } from '../operation/fields.ts';
import { predictionExample } from '../predictions/examples.ts';
import { statuses } from '../predictions/json.ts';

export const versionText = (description: string) => z.string().meta({ description, example: '2026-11-22.1+3' });

const readingSchema = z
  .object({
    vendor: z.string().nullable(),
    family: z.string().nullable(),
    version: z.string().nullable().meta({ description: 'Version of the model. Null if it has none.' }),
    tier: z.string().nullable(),
    stage: z.string().nullable(),
    own: z.boolean().meta({ description: 'Whether the vendor itself publishes the row.' }),
    reason: z.string().nullable().meta({ description: 'Why the name is not recognised as a model. Null if it is.' }),
  })
  .meta({ id: 'ParsedName', description: 'The model that a name is parsed as.' });

const standingSchema = z.object({
  verdict: z.enum(['yes', 'no', 'undetermined']).meta({ description: 'What the evidence decides.' }),
  status: z.enum(statuses).meta({ description: 'Status of the prediction.' }),
  outcome: z.enum(outcomes).nullable().meta({ description: 'Outcome of the current resolution. Null until resolved.' }),
});

export const reportSchema = z
  .object({
    identity_version: z.object({
      before: versionText('Version before the addition.'),
      after: versionText('Version after the addition.'),
    }),
    items_read: z.int().meta({ description: 'Number of stored items whose names were parsed again.' }),
    items_changed: z.int().meta({ description: 'Number of those items that are now parsed differently.' }),
    items: z
      .array(
        z.object({
          feed_id: z.string(),
          item_key: z.string(),
          name: z.string().meta({ description: 'Name as published.' }),
          before: readingSchema,
          after: readingSchema,
        }),
      )
      .meta({ description: `The changed items, at most ${reportedItemsMax}.` }),
    hints: z
      .array(
        z.object({
          code: z.enum(hintCodes).meta({
            description:
              'The reason, or what to try. `longer_name`: names begin with a longer text. `joined_version`: the version follows without a separator. `other_grammar`: another rule of the family, such as stamps or sizes. `longer_word`: the word is part of a longer one. `other_family`: the names are of another family. `every_version`: the names have other versions. `prefix_match`: more words follow. `without_namespace`: omit what precedes the names. `unknown_words`: other words of the names are unknown. `no_version`: the names have no version. `no_family`: the names begin with no known family. `known_as`: the names are known not to be releases. `not_read_yet`: a limit needs readable names. `no_such_name`: no unrecognised stored name contains it.',
          }),
          detail: z.string().meta({ description: 'The hint in words.' }),
          names: z.int().meta({ description: 'Number of stored names that it concerns.' }),
          example: z.string().nullable().meta({ description: 'One of them.' }),
          entry: entrySchema.nullable().meta({ description: 'An entry that matches them. Null if none was found.' }),
        }),
      )
      .meta({
        description: `Why the entry matches no name, and what to try. At most ${hintNamesMax} unrecognised names are examined. Empty if the entry matches a name.`,
      }),
    predictions_looked_at: z
      .int()
      .meta({ description: 'Number of evaluated predictions: those that watch the affected families.' }),
    more_predictions: z
      .boolean()
      .meta({ description: 'True if there are more such predictions. The resolver evaluates them at its next run.' }),
    predictions: z
      .array(
        z.object({
          id: z.string(),
          slug: z.string(),
          statement: z.string(),
          before: standingSchema,
          after: standingSchema,
        }),
      )
      .meta({
        description: `The changed predictions, at most ${reportedItemsMax}. A resolution is never removed: evidence that contradicts it makes the prediction disputed.`,
      }),
  })
  .meta({ id: 'IdentityAdditionReport', description: 'The changes that an addition makes.' });

type Reading = CurationReport['items'][number]['after'];

function readingToJson(reading: Reading): z.infer<typeof readingSchema> {
  const { vendor, family, modelVersion: version, tier, stage, own, reason } = reading;
  return { vendor, family, version, tier, stage, own, reason };
}

function standingToJson({ verdict, state, outcome }: PredictionStanding): z.infer<typeof standingSchema> {
  return { verdict, status: state, outcome };
}

export function reportToJson(report: CurationReport): z.infer<typeof reportSchema> {
  return {
    identity_version: report.identityVersion,
    items_read: report.itemsRead,
    items_changed: report.itemsChanged,
    items: report.items.map(({ item, after }) => ({
      feed_id: item.feedId,
      item_key: item.itemKey,
      name: item.name,
      before: readingToJson(item),
      after: readingToJson(after),
    })),
    hints: [...report.hints],
    predictions_looked_at: report.predictionsLookedAt,
    more_predictions: report.morePredictions,
    predictions: report.predictions.map(({ prediction, before, after }) => ({
      ...prediction,
      before: standingToJson(before),
      after: standingToJson(after),
    })),
  };
}

const entryExample = { kind: 'alias', id: 'gpt-next', means: 'gpt-5' } as const;
export const inputExample = {
  entry: entryExample,
  reason: 'Its vendor says that this name stands for GPT-5.',
  source_url: 'https://example.com/models',
};

export const reportExample = {
  identity_version: { before: '2026-11-22.1', after: '2026-11-22.1+1' },
  items_read: 5120,
  items_changed: 1,
  items: [
    {
      feed_id: 'feed_01jf3mv5t8w2e6r4y7u9i1o3pa',
      item_key: 'gpt-next',
      name: 'gpt-next',
      before: {
        vendor: 'openai',
        family: null,
        version: null,
        tier: null,
        stage: null,
        own: false,
        reason: 'unrecognised',
      },
      after: { vendor: 'openai', family: 'gpt', version: '5', tier: null, stage: 'general', own: true, reason: null },
    },
  ],
  hints: [],
  predictions_looked_at: 1,
  more_predictions: false,
  predictions: [
    {
      id: predictionExample.id,
      slug: predictionExample.slug,
      statement: predictionExample.statement,
      before: { verdict: 'undetermined', status: 'open', outcome: null },
      after: { verdict: 'no', status: 'resolved', outcome: 'no' },
    },
  ],
};

export const additionRowSchema = z
  .object({
    id: z.string(),
    identity_version_number: z
      .int()
      .meta({ description: 'Number after the plus sign in the identity version.', example: 1 }),
    entry: entrySchema.nullable().meta({ description: 'The added entry. Null if the addition only revokes another.' }),
    supersedes: z.string().nullable(),
    superseded_by: z
      .string()
      .nullable()
      .meta({ description: 'Id of the addition that replaced or revoked it. Null if there is none.' }),
    idle: z.string().nullable().meta({
      description:
        'Why it has no effect, for example because the reviewed file now contains it. Null if it has an effect.',
    }),
    reason: z.string(),
    source_url: z.string().nullable(),
    decided_by: z.string().meta({ description: 'Id of the key that created it.' }),
    created_at: instantText('When it was created.'),
  })
  .meta({ id: 'IdentityAddition', description: 'An entry that a curator added to the identity data. Append-only.' });

export const additionExample = {
  id: 'idn_01k21v6ye4h9m3t5b7n8c2d0fb',
  identity_version_number: 1,
  entry: entryExample,
  supersedes: null,
  superseded_by: null,
  idle: null,
  reason: inputExample.reason,
  source_url: inputExample.source_url,
  decided_by: adminCaller.id,
  created_at: '2025-08-08T00:00:00Z',
};

type AdditionRow = Awaited<ReturnType<typeof listIdentityAdditions>>[number];

export function additionToJson(row: AdditionRow): z.infer<typeof additionRowSchema> {
  return {
    id: row.id,
    identity_version_number: row.revision,
    entry: row.entry,
    supersedes: row.supersedes,
    superseded_by: row.supersededBy,
    idle: row.idle,
    reason: row.reason,
    source_url: row.sourceUrl,
    decided_by: row.decidedBy,
    created_at: formatInstant(row.createdAt),
  };
}
