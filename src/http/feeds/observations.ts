import { z } from '@hono/zod-openapi';
import { whyUnread } from '../../domain/identity/parse.ts';
import { formatInstant } from '../../domain/instant.ts';
import { listObservations, listUnrecognisedNames } from '../../services/feeds/observations.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { numberPosition, pageDefault, readCursor, textPosition } from '../operation/cursor.ts';
import { asOfField, filterText, instantText, pageFields, pageSchema } from '../operation/fields.ts';
import { given } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { cutPage, pageReply } from '../operation/reply.ts';
import { observationExample } from '../predictions/examples.ts';

const tag = 'Observations';

const observationSchema = z
  .object({
    id: z.string().meta({ example: observationExample.id }),
    feed: z.object({ id: z.string(), slug: z.string() }),
    poll_id: z.string().meta({ description: 'The reading that brought it.' }),
    item_key: z.string().meta({ description: 'What makes two rows of the feed the same row.' }),
    name: z.string().meta({ description: 'The model id as published.', example: 'gpt-5' }),
    host: z.string().nullable().meta({ description: 'The provider or namespace it stands under.' }),
    model: z
      .object({
        vendor: z.string().nullable(),
        family: z.string().nullable(),
        version: z.string().nullable(),
        tier: z.string().nullable(),
        stage: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'What the name was read as.' }),
    unrecognised: z
      .object({ reason: z.string() })
      .nullable()
      .meta({ description: 'Why the name is read as no model.' }),
    observed_at: instantText('The knowledge time.'),
    ingested_at: instantText('When it was stored here.'),
    source_as_of: z.string().nullable().meta({ description: 'The date that the publisher states.' }),
    source_url: z.string().nullable(),
    item_hash: z.string().meta({ description: 'Changes when the facts change.' }),
    item: z.unknown().openapi({
      type: 'object',
      description: 'The row as its adapter read it, with the row as published under `raw`.',
    }),
  })
  .meta({ id: 'Observation', description: 'One item of one feed, as published. Never changed.' });

type Observation = Awaited<ReturnType<typeof listObservations>>[number];

function observationToJson(row: Observation): z.infer<typeof observationSchema> {
  const { vendor, family, modelVersion: version, tier, stage } = row;
  return {
    id: row.id,
    feed: { id: row.feedId, slug: row.feedSlug },
    poll_id: row.pollId,
    item_key: row.itemKey,
    name: row.name,
    host: row.host,
    model: row.outcome === 'model' ? { vendor, family, version, tier, stage } : null,
    unrecognised: row.outcome === 'none' ? { reason: row.reason ?? 'unknown' } : null,
    observed_at: formatInstant(row.observedAt),
    ingested_at: formatInstant(row.ingestedAt),
    source_as_of: row.sourceAsOf,
    source_url: row.sourceUrl,
    item_hash: row.itemHash,
    item: row.item,
  };
}

const list = operation({
  method: 'get',
  path: '/v1/observations',
  operationId: 'listObservations',
  tag,
  summary: 'List observations',
  description: 'Raw evidence, newest ingestion first.',
  access: 'read',
  bearsLag: true,
  query: {
    feed: filterText('Id or slug of a feed.', 'openai-sdk'),
    vendor: filterText('The vendor that the name was read as.', 'openai'),
    family: filterText('The family that the name was read as.', 'gpt'),
    name: filterText('The model id exactly as published.', 'gpt-5'),
    as_of: asOfField,
    ...pageFields,
  },
  answer: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('ObservationList', 'A page of observations.', observationSchema),
    example: { data: [observationExample], next_cursor: null },
  },
  handle: async (http, { query, listing, target }) => {
    const { feed, vendor, family, name } = query;
    const asOf = pastOrNow(http, query.as_of);
    const before = query.cursor === undefined ? null : readCursor(listing, query.cursor, numberPosition);
    const found = await listObservations(http.services, given({ feed, vendor, family, name }), {
      before,
      asOf,
      limit: (query.limit ?? pageDefault) + 1,
    });
    const { rows, next } = cutPage(found, query.limit, (last) => last.seq);
    return pageReply({ listing, target }, rows.map(observationToJson), next);
  },
});

const unrecognisedSchema = z
  .object({
    name: z.string().meta({ description: 'As published.', example: 'horizon-alpha' }),
    reason: z.string().meta({ description: 'Why it is read as no model.', example: 'unrecognised' }),
    vendor: z.string().nullable().meta({ description: 'Where only the vendor could be read.' }),
    items: z.int().meta({ description: 'Items of feeds that carry it.' }),
    feeds: z.array(z.string()).meta({ description: 'Slugs of those feeds.' }),
    examples: z.array(z.string()).meta({ description: 'Keys of some of those items.' }),
    first_seen_at: instantText('The knowledge time of the first of them.'),
    listed: z.boolean().meta({ description: 'Whether any feed still lists it.' }),
    why: z.string().meta({ description: 'Why it is read as no model, in words.' }),
    readable: z
      .boolean()
      .meta({ description: 'Whether a curator may add how it is to be read; see `/v1/identity/additions`.' }),
  })
  .meta({ id: 'UnrecognisedName', description: 'A name that can resolve nothing until a curator reads it.' });

const unrecognised = operation({
  method: 'get',
  path: '/v1/observations/unrecognised',
  operationId: 'listUnrecognisedNames',
  tag,
  summary: 'List names nobody could parse',
  description: 'Names that were read to be no model, with the reason. They can never resolve anything.',
  access: 'read',
  bearsLag: true,
  query: { reason: filterText('Why it is read as no model.', 'unrecognised'), ...pageFields },
  answer: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('UnrecognisedNameList', 'A page of unrecognised names.', unrecognisedSchema),
    example: {
      data: [
        {
          name: 'horizon-alpha',
          reason: 'codename',
          vendor: null,
          items: 1,
          feeds: ['litellm'],
          examples: ['openrouter/horizon-alpha'],
          first_seen_at: '2025-08-08T00:00:00Z',
          listed: true,
          why: whyUnread('codename'),
          readable: false,
        },
      ],
      next_cursor: null,
    },
  },
  handle: async ({ services }, { query, listing, target }) => {
    const at =
      query.cursor === undefined ? null : readCursor(listing, query.cursor, z.tuple([textPosition, textPosition]));
    const after = at === null ? null : { reason: at[0], name: at[1] };
    const found = await listUnrecognisedNames(services, {
      reason: query.reason ?? null,
      after,
      limit: (query.limit ?? pageDefault) + 1,
    });
    const { rows, next } = cutPage(found, query.limit, (last) => [last.reason, last.name] as const);
    const data = rows.map(
      (row): z.infer<typeof unrecognisedSchema> => ({
        name: row.name,
        reason: row.reason,
        vendor: row.vendor,
        items: row.items,
        feeds: row.feeds,
        examples: row.examples,
        first_seen_at: formatInstant(row.firstSeen),
        listed: row.listed,
        why: whyUnread(row.reason),
        readable: row.reason === 'unrecognised' || row.reason === 'unknown_vendor',
      }),
    );
    return pageReply({ listing, target }, data, next);
  },
});

export const observationOperations = [list, unrecognised];
