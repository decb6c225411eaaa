import { z } from '@hono/zod-openapi';
import { formatInstant } from '../../domain/instant.ts';
import { listAuditEntries } from '../../services/access/audit.ts';
import { numberPosition } from '../operation/cursor.ts';
import { filterText, instantText, pageFields, pageSchema } from '../operation/fields.ts';
import { given } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { auditExample } from '../predictions/examples.ts';

const document = z.record(z.string(), z.unknown()).nullable();

const auditSchema = z
  .object({
    id: z.string().meta({ example: auditExample.id }),
    recorded_at: instantText('When the change was made.'),
    actor: z.string().meta({ description: 'The id of a key, `admin`, or `cli`.', example: auditExample.actor }),
    operation: z.string().meta({ description: 'operationId of the request.', example: auditExample.operation }),
    path: z.string().nullable().meta({ description: 'Path of the request. Null for the command line.' }),
    resource_id: z.string().nullable().meta({ description: 'Id of the changed resource.' }),
    request_id: z.string().nullable().meta({ description: 'X-Request-Id of the request, also in the server log.' }),
    before: document.meta({
      description: 'The resource before the change, without secrets. Null if it did not exist.',
    }),
    after: document.meta({
      description: 'The resource after the change, without secrets. Null if it was deleted or is not known yet.',
    }),
  })
  .meta({ id: 'AuditEntry', description: 'One change, with who made it and the resource before and after.' });

type AuditEntry = Awaited<ReturnType<typeof listAuditEntries>>[number];

function auditToJson(entry: AuditEntry): z.infer<typeof auditSchema> {
  return {
    id: entry.id,
    recorded_at: formatInstant(entry.recordedAt),
    actor: entry.actor,
    operation: entry.operation,
    path: entry.path,
    resource_id: entry.resourceId,
    request_id: entry.requestId,
    before: asDocument(entry.before),
    after: asDocument(entry.after),
  };
}

function asDocument(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? { ...value } : null;
}

const list = operation({
  method: 'get',
  path: '/v1/audit',
  operationId: 'listAuditEntries',
  tag: 'Keys and audit',
  summary: 'List audit entries',
  description: 'Returns every change made over HTTP or from the command line, newest first. Entries are never deleted.',
  access: 'admin',
  query: {
    actor: filterText('The id of a key, `admin`, or `cli`.', auditExample.actor),
    operation: filterText('Only changes by this operationId.', auditExample.operation),
    resource_id: filterText('Only changes of the resource with this id.', auditExample.resource_id),
    ...pageFields,
  },
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('AuditEntryList', 'A page of changes.', auditSchema),
    example: { data: [auditExample], next_cursor: null },
  },
  handle: async ({ services }, input) => {
    const { actor, operation, resource_id: resourceId } = input.query;
    const filter = given({ actor, operation, resourceId });
    return await replyWithPage(input, {
      position: numberPosition,
      list: (before, limit) => listAuditEntries(services, filter, { before, limit }),
      positionOf: (row) => row.seq,
      toJson: auditToJson,
    });
  },
});

export const auditOperations = [list];
