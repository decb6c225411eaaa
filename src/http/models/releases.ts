import { z } from '@hono/zod-openapi';
import { listReleases } from '../../services/models/releases.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { instantPosition, textPosition } from '../operation/cursor.ts';
import { asOfField, filterMoment, filterText, pageFields, pageSchema } from '../operation/fields.ts';
import { given } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { modelSummaryExample } from './examples.ts';
import { modelRowToJson, modelSummarySchema } from './json.ts';

const releaseSchema = modelSummarySchema.required().meta({ id: 'Release', description: 'The release of a model.' });

const place = z.tuple([instantPosition, textPosition, textPosition]);

const list = operation({
  method: 'get',
  path: '/v1/releases',
  operationId: 'listReleases',
  tag: 'Models',
  summary: 'List releases',
  description:
    'Returns every established release, latest first, as known now or at `as_of`. If the date of a release is an interval, its end determines the order.',
  access: 'read',
  toleratesLag: true,
  query: {
    vendor: filterText('Vendor.', 'openai'),
    family: filterText('Model family.', 'gpt'),
    from: filterMoment(
      'Released at this moment or later. If the date is an interval, all of it must satisfy this.',
      '2025-01-01',
    ),
    to: filterMoment(
      'Released before this moment. If the date is an interval, all of it must satisfy this.',
      '2026-01-01',
    ),
    as_of: asOfField,
    ...pageFields,
  },
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('ReleaseList', 'A page of releases.', releaseSchema),
    example: { data: [modelSummaryExample], next_cursor: null },
  },
  handle: async (http, input) => {
    const { vendor, family, from, to } = input.query;
    const asOf = pastOrNow(http, input.query.as_of);
    const filter = given({ vendor, family, from, to });
    return await replyWithPage(input, {
      position: place,
      list: (at, limit) => {
        const after = at === null ? null : { occurredTo: at[0], vendor: at[1], slug: at[2] };
        return listReleases(http.services, filter, { after, asOf, limit });
      },
      positionOf: (row) => [row.occurredTo, row.vendor, row.slug],
      toJson: modelRowToJson,
      past: asOf !== null,
    });
  },
});

export const releaseOperations = [list];
