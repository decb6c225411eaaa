import { z } from '@hono/zod-openapi';
import { listTags } from '../../services/predictions/tags.ts';
import { textPosition } from '../operation/cursor.ts';
import { pageFields, pageSchema } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { countsExample, countsSchema, countsToJson } from './counts-json.ts';

const tagSchema = z
  .object({
    tag: z
      .string()
      .meta({ description: 'The tag. List its predictions with `GET /v1/predictions?tag=`.', example: 'timelines' }),
    predictions: countsSchema,
  })
  .meta({ id: 'Tag', description: 'A tag with the number of its predictions by status and outcome.' });

const list = operation({
  method: 'get',
  path: '/v1/tags',
  operationId: 'listTags',
  tag: 'Predictions',
  summary: 'List tags',
  description: 'Returns the tags in use with the number of their predictions, sorted by tag.',
  access: 'read',
  query: pageFields,
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('TagList', 'A page of tags.', tagSchema),
    example: { data: [{ tag: 'timelines', predictions: countsExample }], next_cursor: null },
  },
  handle: ({ services }, input) =>
    replyWithPage(input, {
      position: textPosition,
      list: (after, limit) => listTags(services, { after, limit }),
      positionOf: (row) => row.tag,
      toJson: (row) => ({ tag: row.tag, predictions: countsToJson(row) }),
    }),
});

export const tagOperations = [list];
