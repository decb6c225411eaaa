import { z } from '@hono/zod-openapi';
import { stances } from '../../domain/cases/stance.ts';
import { formatInstant } from '../../domain/instant.ts';
import {
  type ListedStartingEvidence,
  listPredictionStartingEvidence,
} from '../../services/predictions/starting-evidence.ts';
import { instantText, pageFields, pageSchema } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { replyWithAppended } from '../operation/paging.ts';
import { predictionExample } from './examples.ts';

const example = {
  url: null,
  locator: 'article, section IV',
  paraphrase: 'The author says that the training could come to half a billion dollars. He names no source.',
  stance: 'context' as const,
  recorded_at: '2025-01-20T09:05:00Z',
};

const startingEvidenceSchema = z
  .object({
    url: z.string().nullable().meta({ description: 'Where it can be read. Null if it has no address.' }),
    locator: z.string().meta({ description: 'Place within the source.', example: example.locator }),
    paraphrase: z.string().max(2000).meta({ description: 'What the source says about the claim, in other words.' }),
    stance: z.enum(stances).meta({ description: 'Whether it speaks for the claim, against it, or only explains it.' }),
    recorded_at: instantText('When it was recorded.'),
  })
  .meta({ id: 'StartingEvidence', description: 'An item with which the evidence packet of a case begins.' });

const list = operation({
  method: 'get',
  path: '/v1/predictions/{id}/starting-evidence',
  operationId: 'listPredictionStartingEvidence',
  tag: 'Predictions',
  summary: "List a prediction's starting evidence",
  description:
    'Returns the evidence that the seed file has about a claim which people judge. The packet of every case on the claim begins with it.',
  access: 'read',
  params: { id: { description: 'The id or the slug of a prediction.', example: predictionExample.slug } },
  query: pageFields,
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('StartingEvidenceList', 'A page of items.', startingEvidenceSchema),
    example: { data: [example], next_cursor: null },
  },
  handle: ({ services }, input) =>
    replyWithAppended(input, {
      listAll: () => listPredictionStartingEvidence(services, input.params.id),
      toJson: startingEvidenceToJson,
    }),
});

function startingEvidenceToJson(item: ListedStartingEvidence): z.infer<typeof startingEvidenceSchema> {
  const { url, locator, paraphrase, stance, recordedAt } = item;
  return { url, locator, paraphrase, stance, recorded_at: formatInstant(recordedAt) };
}

export const startingEvidenceOperations = [list];
