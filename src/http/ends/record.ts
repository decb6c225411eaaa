import { z } from '@hono/zod-openapi';
import type { VendorRecord } from '../../domain/ends/record.ts';
import { endScopes } from '../../domain/feeds/stated-end.ts';
import { getEndRecord } from '../../services/ends/record.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { asOfField, filterText } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';

const count = (description: string) => z.int().meta({ description, example: 3 });
const daysMax = 100_000;
const days = (description: string) => z.number().min(-daysMax).max(daysMax).meta({ description, example: 92 });

const spread = (description: string) =>
  z
    .object({ least: days('Smallest value.'), median: days('Median.'), most: days('Largest value.') })
    .nullable()
    .meta({ description });

const vendorRecordSchema = z
  .object({
    vendor: z.string().meta({ description: 'Vendor.', example: 'openai' }),
    ends: count('Ends that were ever stated.'),
    stood: count('Ends whose date passed and never moved. Earliest dates are left out.'),
    moved: count('Ends whose source changed the date at least once.'),
    moves: count('Such changes.'),
    shift_days: spread('By how many days dates moved, later if positive. Null without a move.'),
    notice_days: spread(
      'How many days before the earlier date it moved, negative if that date had passed. Null without a move.',
    ),
    withdrawn: count('Ends that no source stated any more at some time.'),
    ended: count('Ends that are proven to have come.'),
    contradicted_active: count("Ends after whose date the vendor's own list said that the id is active."),
    contradicted_listed: count("Ends after whose date the vendor's own list still contained the id."),
  })
  .meta({ id: 'EndRecord', description: 'How the stated ends of a vendor turned out.' });

const example = {
  vendor: 'openai',
  ends: 57,
  stood: 31,
  moved: 3,
  moves: 4,
  shift_days: { least: -7, median: 92, most: 191 },
  notice_days: { least: -3, median: 14, most: 60 },
  withdrawn: 0,
  ended: 12,
  contradicted_active: 0,
  contradicted_listed: 4,
};

const find = operation({
  method: 'get',
  path: '/v1/ends/record',
  operationId: 'getEndRecord',
  tag: 'Models',
  summary: 'Get the record of stated ends',
  description:
    'Returns, for each vendor, how its stated ends turned out, as known now or at `as_of`: how many dates stood, how many moved, how far and with how much notice, and which were contradicted. It is no score of a predictor.',
  access: 'read',
  toleratesLag: true,
  query: {
    vendor: filterText('Vendor.', 'openai'),
    scope: z.enum(endScopes).optional().meta({ description: 'What ends. Default: `vendor`.', example: 'vendor' }),
    as_of: asOfField,
  },
  response: {
    status: 200,
    description: 'The record.',
    schema: z
      .object({ data: z.array(vendorRecordSchema).meta({ description: 'One entry for each vendor, by vendor.' }) })
      .meta({ id: 'EndRecordList', description: 'The record of stated ends, by vendor.' }),
    example: { data: [example] },
  },
  handle: async (http, { query }) => {
    const asOf = pastOrNow(http, query.as_of);
    const records = await getEndRecord(http.services, { vendor: query.vendor, scope: query.scope ?? 'vendor' }, asOf);
    return { body: { data: records.map(recordToJson) }, past: asOf !== null };
  },
});

function recordToJson(record: VendorRecord): z.infer<typeof vendorRecordSchema> {
  const { vendor, ends, stood, moved, moves, withdrawn, ended } = record;
  return {
    vendor,
    ends,
    stood,
    moved,
    moves,
    shift_days: record.shiftDays,
    notice_days: record.noticeDays,
    withdrawn,
    ended,
    contradicted_active: record.contradictedActive,
    contradicted_listed: record.contradictedListed,
  };
}

export const endRecordOperations = [find];
