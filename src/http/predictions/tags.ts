import { z } from '@hono/zod-openapi';
import { listTags } from '../../services/predictions/tags.ts';
import { pageDefault, readCursor, textPosition } from '../operation/cursor.ts';
import { pageFields, pageSchema } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { cutPage, pageReply } from '../operation/reply.ts';
import { countsExample, countsSchema, countsToJson } from './counts-json.ts';

const tagSchema = z
  .object({
    tag: z
      .string()
      .meta({ description: 'The tag. List its predictions with `GET /v1/predictions?tag=`.', example: 'timelines' }),
    predictions: countsSchema.meta({ description: 'Number of predictions with this tag.' }),
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
  answer: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('TagList', 'A page of tags.', tagSchema),
    example: { data: [{ tag: 'timelines', predictions: countsExample }], next_cursor: null },
  },
  handle: async ({ services }, { query, listing, target }) => {
    const after = query.cursor === undefined ? null : readCursor(listing, query.cursor, textPosition);
    const found = await listTags(services, { after, limit: (query.limit ?? pageDefault) + 1 });
    const { rows, next } = cutPage(found, query.limit, (last) => last.tag);
    const data = rows.map((row) => ({ tag: row.tag, predictions: countsToJson(row) }));
    return pageReply({ listing, target }, data, next);
  },
});

export const tagOperations = [list];
