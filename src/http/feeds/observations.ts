import { z } from '@hono/zod-openapi';
import { whyUnread } from '../../domain/identity/parse.ts';
import { formatInstant } from '../../domain/instant.ts';
import { getObservation, listObservations, listUnrecognisedNames } from '../../services/feeds/observations.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { numberPosition, textPosition } from '../operation/cursor.ts';
import { asOfField, filterText, instantText, pageFields, pageSchema } from '../operation/fields.ts';
import { given } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { observationExample } from './examples.ts';

const tag = 'Observations';
/** An observation cannot be changed, so its ETag has a constant version. */
const onlyVersion = 1;

const observationSchema = z
  .object({
    id: z.string().meta({ example: observationExample.id }),
    feed: z.object({ id: z.string(), slug: z.string() }),
    poll_id: z.string().meta({ description: 'Id of the poll that recorded it.' }),
    item_key: z.string().meta({ description: 'Identifies the row within the feed.' }),
    name: z.string().meta({ description: 'Model id as published.', example: 'gpt-5' }),
    host: z.string().nullable().meta({ description: 'Provider or namespace of the row. Null if there is none.' }),
    model: z
      .object({
        vendor: z.string().nullable(),
        family: z.string().nullable(),
        version: z.string().nullable().meta({ description: 'Version of the model. Null if it has none.' }),
        tier: z.string().nullable(),
        stage: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'The model that the name was parsed as. Null if it is not recognised as a model.' }),
    unrecognised: z
      .object({ reason: z.string() })
      .nullable()
      .meta({ description: 'Why the name is not recognised as a model. Null if it is.' }),
    observed_at: instantText('When the publisher served the row.'),
    ingested_at: instantText('When it was recorded.'),
    source_as_of: z.string().nullable().meta({ description: 'Date stated by the publisher.' }),
    source_url: z.string().nullable(),
    item_hash: z
      .string()
      .meta({ description: 'Hash of the item. Items with different content have different hashes.' }),
    item: z.unknown().openapi({
      type: 'object',
      description: 'The parsed row, with the row as published in `raw`.',
    }),
  })
  .meta({ id: 'Observation', description: 'One item of one feed at one time. Observations never change.' });

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
  description: 'Returns raw evidence, most recently recorded first.',
  access: 'read',
  toleratesLag: true,
  query: {
    feed: filterText('Id or slug of a feed.', 'openai-sdk'),
    vendor: filterText('Vendor that the name was parsed as.', 'openai'),
    family: filterText('Model family that the name was parsed as.', 'gpt'),
    name: filterText('Model id exactly as published.', 'gpt-5'),
    as_of: asOfField,
    ...pageFields,
  },
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('ObservationList', 'A page of observations.', observationSchema),
    example: { data: [observationExample], next_cursor: null },
  },
  handle: async (http, input) => {
    const { feed, vendor, family, name } = input.query;
    const asOf = pastOrNow(http, input.query.as_of);
    const filter = given({ feed, vendor, family, name });
    return await replyWithPage(input, {
      position: numberPosition,
      list: (before, limit) => listObservations(http.services, filter, { before, asOf, limit }),
      positionOf: (row) => row.seq,
      toJson: observationToJson,
    });
  },
});

const get = operation({
  method: 'get',
  path: '/v1/observations/{id}',
  operationId: 'getObservation',
  tag,
  summary: 'Get an observation',
  description:
    'Returns one observation: the evidence that an id in a resolution or an explanation refers to. `model` and `unrecognised` follow the current identity data.',
  access: 'read',
  toleratesLag: true,
  params: { id: { description: 'The id of an observation.', example: observationExample.id } },
  response: { status: 200, description: 'The observation.', schema: observationSchema, example: observationExample },
  handle: async ({ services }, { params }) => ({
    body: observationToJson(await getObservation(services, params.id)),
    version: onlyVersion,
  }),
});

const unrecognisedSchema = z
  .object({
    name: z.string().meta({ description: 'Name as published.', example: 'horizon-alpha' }),
    reason: z
      .string()
      .meta({ description: 'Machine-readable code for why the name is not recognised.', example: 'unrecognised' }),
    vendor: z.string().nullable().meta({ description: 'Vendor of the name, if it could be parsed. Otherwise null.' }),
    items: z.int().meta({ description: 'Number of feed items with this name.' }),
    feeds: z.array(z.string()).meta({ description: 'Slugs of the feeds that list it.' }),
    examples: z.array(z.string()).meta({ description: 'Keys of some of the items.' }),
    first_seen_at: instantText('When it was first observed.'),
    listed: z.boolean().meta({ description: 'Whether a feed still lists it.' }),
    why: z.string().meta({ description: 'Why the name is not recognised, in words.' }),
    readable: z
      .boolean()
      .meta({ description: 'Whether an identity addition can define the name; see `/v1/identity/additions`.' }),
  })
  .meta({
    id: 'UnrecognisedName',
    description:
      'A published name that is not recognised as a model. It is not evidence until an identity addition defines it.',
  });

const unrecognised = operation({
  method: 'get',
  path: '/v1/observations/unrecognised',
  operationId: 'listUnrecognisedNames',
  tag,
  summary: 'List unrecognised names',
  description:
    'Returns the published names that are not recognised as models, with the reason. They are never used as evidence.',
  access: 'read',
  toleratesLag: true,
  query: {
    reason: filterText('Machine-readable code for why the name is not recognised.', 'unrecognised'),
    ...pageFields,
  },
  response: {
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
  handle: ({ services }, input) => {
    const reason = input.query.reason ?? null;
    return replyWithPage(input, {
      position: z.tuple([textPosition, textPosition]),
      list: (at, limit) => {
        const after = at === null ? null : { reason: at[0], name: at[1] };
        return listUnrecognisedNames(services, { reason, after, limit });
      },
      positionOf: (row) => [row.reason, row.name],
      toJson: unrecognisedToJson,
    });
  },
});

function unrecognisedToJson(
  row: Awaited<ReturnType<typeof listUnrecognisedNames>>[number],
): z.infer<typeof unrecognisedSchema> {
  return {
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
  };
}

// The router uses the first route that matches, so the fixed path precedes the parameter.
export const observationOperations = [list, unrecognised, get];
