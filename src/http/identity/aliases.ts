import { z } from '@hono/zod-openapi';
import { formatInstant } from '../../domain/instant.ts';
import { type ListedAlias, listAliases } from '../../services/identity/aliases.ts';
import { observationExample } from '../feeds/examples.ts';
import { urlOf } from '../models/name-json.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { textPosition } from '../operation/cursor.ts';
import { asOfField, filterText, instantText, pageFields, pageSchema } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';

const example = {
  vendor: 'mistral',
  id: 'mistral-large-latest',
  stands_for: 'mistral-large-2512',
  model: { vendor: 'mistral', slug: 'mistral-3-large', url: '/v1/models/mistral/mistral-3-large' },
  feed: 'mistral',
  observation_id: observationExample.id,
  since: '2025-12-02T15:00:00Z',
};

const aliasSchema = z
  .object({
    vendor: z.string().meta({ description: 'Vendor.', example: example.vendor }),
    id: z.string().meta({ description: 'The alias, in lower case.', example: example.id }),
    stands_for: z.string().meta({ description: 'The id that it stands for.', example: example.stands_for }),
    model: z
      .object({
        vendor: z.string().meta({ description: 'Vendor of the model.' }),
        slug: z.string().meta({ description: 'Slug of the model.' }),
        url: z.string().meta({ description: 'Path of the model.' }),
      })
      .nullable()
      .meta({ description: 'The model of that id. Null if the identity data does not recognise it.' }),
    feed: z.string().meta({ description: "Slug of the vendor's own list.", example: example.feed }),
    observation_id: z.string().meta({ description: 'The observation that first stated it.' }),
    since: instantText('Since when the list states it.'),
  })
  .meta({ id: 'Alias', description: "What an alias stands for, as its vendor's own list states." });

const list = operation({
  method: 'get',
  path: '/v1/aliases',
  operationId: 'listAliases',
  tag: 'Models',
  summary: 'List aliases',
  description:
    "Returns the aliases that vendors' own lists contain, by vendor and id, with the id that each stands for, as stated now or at `as_of`. An alias that no vendor's list explains is not in it.",
  access: 'read',
  toleratesLag: true,
  query: { vendor: filterText('Vendor.', example.vendor), as_of: asOfField, ...pageFields },
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('AliasList', 'A page of aliases.', aliasSchema),
    example: { data: [example], next_cursor: null },
  },
  handle: async (http, input) => {
    const { vendor, as_of } = input.query;
    const asOf = pastOrNow(http, as_of);
    return await replyWithPage(input, {
      position: z.tuple([textPosition, textPosition]),
      list: (after, limit) => {
        const place = after === null ? null : { vendor: after[0], id: after[1] };
        return listAliases(http.services, { vendor }, { after: place, asOf, limit });
      },
      positionOf: (alias) => [alias.vendor, alias.id],
      toJson: aliasToJson,
      past: asOf !== null,
    });
  },
});

function aliasToJson(alias: ListedAlias): z.infer<typeof aliasSchema> {
  const { vendor, id, standsFor, model, feed, observationId, since } = alias;
  const named =
    model === null ? null : { vendor: model.vendor, slug: model.slug, url: urlOf(model.vendor, model.slug) };
  return {
    vendor,
    id,
    stands_for: standsFor,
    model: named,
    feed,
    observation_id: observationId,
    since: formatInstant(since),
  };
}

export const aliasOperations = [list];
