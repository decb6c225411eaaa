import { z } from '@hono/zod-openapi';
import { exportFormat } from '../../domain/transfer/format.ts';
import { adminCaller } from '../operation/auth.ts';
import { operation } from '../operation/operation.ts';
import { streamRecord } from './export-stream.ts';

const exampleHash = '5c1f0f6d7d0d3a0c9f1f6f0f8b6c1a5e2d4b7a9c3e8f1d0b6a5c4e3f2d1b0a98';
const example = [
  {
    format: exportFormat,
    program: '0.1.0',
    migration: { version: 1, name: '0001_first_answer.sql', sha256: exampleHash },
    rows: { settings: 1 },
  },
  { table: 'settings', row: { name: 'seeded', value: 'article' } },
  { end: exportFormat, rows: 1, sha256: exampleHash },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('');

const exportAll = operation({
  method: 'get',
  path: '/v1/export',
  operationId: 'exportRecords',
  tag: 'Keys and audit',
  summary: 'Export all records',
  description:
    'Returns all records as they were at one moment, as lines of JSON, for `outturn import` into an empty database: a header, a line for each row, and a footer with the number of rows and the SHA-256 of all lines before it. A response without a footer is incomplete. Webhook secrets are encrypted with OUTTURN_SECRET; of API keys only the hashes are included. Each node runs one export at a time. The audit log records the export.',
  access: 'admin',
  streams: true,
  response: {
    status: 200,
    description: 'The lines.',
    schema: z.string(),
    example,
    mediaType: 'application/x-ndjson',
  },
  refusals: ['service_unavailable'],
  handle: async (http, { caller, target, disconnect }) => {
    const by = { actor: (caller ?? adminCaller).id, path: target.path, requestId: target.requestId };
    return {
      stream: await streamRecord(http, by, disconnect),
      mediaType: 'application/x-ndjson',
      headers: { 'content-disposition': 'attachment; filename="outturn-export.ndjson"' },
    };
  },
});

export const exportOperations = [exportAll];
