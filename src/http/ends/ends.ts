import { z } from '@hono/zod-openapi';
import { endKinds, endScopes } from '../../domain/feeds/stated-end.ts';
import { Refusal } from '../../domain/refusal.ts';
import { endListings, listEnds } from '../../services/ends/ends.ts';
import { watchExample } from '../model-watches/examples.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { instantPosition, textPosition } from '../operation/cursor.ts';
import { asOfField, filterList, filterMoment, filterText, pageFields, pageSchema } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { endExample } from './examples.ts';
import { endSchema, endToJson } from './json.ts';

/** The due moment, vendor and family, id, and scope and host of an end. */
const place = z.tuple([instantPosition, textPosition, textPosition, textPosition]);

export const dueFields = {
  'ends[gte]': filterMoment(
    'Ends on this date or later. A month counts by its first day; an end without a date, by when it was first stated.',
    '2026-12-01',
  ),
  'ends[lt]': filterMoment('Ends before this date.', '2027-03-01'),
};

const list = operation({
  method: 'get',
  path: '/v1/ends',
  operationId: 'listEnds',
  tag: 'Models',
  summary: 'List stated ends',
  description:
    'Returns the stated ends of model ids, the most urgent first, as known now or at `as_of`: one entry for each id and service, which is the vendor, a host, or a plan. If sources disagree, the most trusted decides, and all are listed. Ends with equal dates are sorted by vendor and id.',
  access: 'read',
  toleratesLag: true,
  query: {
    vendor: filterText('Vendor.', 'openai'),
    family: filterText('Model family.', 'gpt'),
    kind: filterList(endKinds, {
      description: 'How final the date is; several kinds are separated by commas.',
      example: ['planned', 'firm'],
    }),
    scope: z.enum(endScopes).optional().meta({ description: 'What ends.', example: 'vendor' }),
    host: filterText('Host whose service ends.', 'azure'),
    watch: filterText(
      'The id or the name of a watch: the ends that concern its ids. Not with `as_of`: what it contained earlier is not kept.',
      watchExample.name,
    ),
    state: z.enum(endListings).optional().meta({
      description:
        '`upcoming`: the date has not passed. `past`: it has passed, or the source says that the model has ended. `ended`: the evidence suffices that the id has ended. `all`: every stated end. Default: `upcoming`, or `all` with `ends[gte]` or `ends[lt]`.',
      example: 'upcoming',
    }),
    ...dueFields,
    as_of: asOfField,
    ...pageFields,
  },
  lists: ['kind'],
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('EndList', 'A page of stated ends.', endSchema),
    example: { data: [endExample], next_cursor: null },
  },
  refusals: ['not_found'],
  handle: async (http, input) => {
    const { query } = input;
    const { vendor, family, kind: kinds, scope, host, watch, state } = query;
    if (watch !== undefined && query.as_of !== undefined) throw watchOfPast();
    const asOf = pastOrNow(http, query.as_of);
    const at = asOf ?? http.services.now();
    const due = { dueGte: query['ends[gte]'], dueLt: query['ends[lt]'] };
    const filter = { vendor, family, kinds, scope, host, watch, state, ...due };
    return await replyWithPage(input, {
      position: place,
      list: (after, limit) => listEnds(http.services, filter, { after: readPlace(after), asOf, limit }),
      positionOf: (end) => [
        end.dueAt,
        `${end.model.vendor} ${end.model.family}`,
        end.id,
        `${end.scope} ${end.host ?? ''}`.trim(),
      ],
      toJson: (end) => endToJson(end, at),
      past: asOf !== null,
    });
  },
});

function watchOfPast(): Refusal {
  const detail =
    'watch cannot be combined with as_of: what a watch contained earlier is not kept; leave out as_of, or filter by vendor or family';
  return new Refusal('validation_failed', detail, [{ detail, pointer: '#/watch' }]);
}

function readPlace(position: z.infer<typeof place> | null) {
  if (position === null) return null;
  const [dueAt, names, id, service] = position;
  const [vendor = '', family = ''] = names.split(' ');
  const [scope = '', host] = service.split(' ');
  const known = endScopes.find((one) => one === scope) ?? 'vendor';
  return { dueAt, vendor, family, id, scope: known, host: host ?? null };
}

export const endOperations = [list];
