import { z } from '@hono/zod-openapi';
import { copyMediaTypes, copyProblemCharsMax } from '../../domain/cases/copy.ts';
import { stances } from '../../domain/cases/stance.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { EvidenceInput, ListedEvidence } from '../../services/cases/evidence.ts';
import { instantText, text, webUrlField } from '../operation/fields.ts';
import { evidenceExample, evidenceInputExample } from './examples.ts';

/** In UTF-16 code units. */
const quoteCharsMax = 4000;
/** Of an uploaded copy. */
const copyCharsMax = 200_000;

const stanceField = z.enum(stances).meta({
  description: 'Whether it speaks for the claim, against it, or only explains it.',
  example: evidenceInputExample.stance,
});

export const archivedSchema = z
  .object({
    origin: z.enum(['uploaded', 'fetched']).meta({ description: 'Where the copy came from.', example: 'uploaded' }),
    media_type: z.string().meta({ description: 'Media type of the copy.', example: 'text/plain' }),
    sha256: z.string().meta({ description: 'SHA-256 of the copy, in hex.', example: evidenceExample.archived.sha256 }),
    archived_at: instantText('When it was archived.'),
  })
  .meta({ id: 'ArchivedCopy', description: 'A copy of the page or document that an item quotes.' });

export const evidenceSchema = z
  .object({
    id: z.string().meta({ example: evidenceExample.id }),
    url: z.string().nullable().meta({ description: 'Where it can be read. Null if it has no address.' }),
    quote: z.string().meta({ description: 'What it says about the claim.', example: evidenceExample.quote }),
    locator: z.string().nullable().meta({ description: 'Place within the source. Null if none was recorded.' }),
    paraphrased: z.boolean().meta({ description: 'True if `quote` has other words than the source.', example: false }),
    stance: stanceField,
    added_by: z
      .string()
      .meta({ description: 'Id of the key that added it, or `seed`.', example: evidenceExample.added_by }),
    added_at: instantText('When it was added.'),
    archived: archivedSchema.nullable().meta({ description: 'The archived copy. Null without one.' }),
    copy_problem: z.string().max(copyProblemCharsMax).nullable().meta({
      description: 'Why the server could not archive the page at `url`. Null if it did, still tries, or need not.',
      example: null,
    }),
  })
  .meta({ id: 'CaseEvidence', description: 'An item of the evidence packet of a case.' });

export const evidenceInputSchema = z
  .strictObject({
    url: webUrlField.nullable().optional().meta({
      description: 'Where it can be read: an http or https URL. Default: none.',
      example: evidenceInputExample.url,
    }),
    quote: text(quoteCharsMax, {
      description: 'What it says about the claim, in its words.',
      example: evidenceInputExample.quote,
    }),
    stance: stanceField,
    copy: z
      .strictObject({
        media_type: z.enum(copyMediaTypes).meta({ description: 'Media type of the copy.', example: 'text/plain' }),
        content: text(copyCharsMax, { description: 'The text of the copy.', example: evidenceInputExample.quote }),
      })
      .nullable()
      .optional()
      .meta({ description: 'A copy that you archived. Default: none.', example: evidenceInputExample.copy }),
    fetch: z.boolean().optional().meta({
      description: 'Whether the server archives the page at `url`, if `copy` is absent. Default: true.',
      example: true,
    }),
  })
  .meta({ id: 'CaseEvidenceInput', description: 'An item for the evidence packet of a case.' });

export function evidenceFrom(input: z.infer<typeof evidenceInputSchema>): EvidenceInput {
  const { url, quote, stance, copy, fetch = true } = input;
  const archived = copy === null || copy === undefined ? null : { mediaType: copy.media_type, content: copy.content };
  return { url: url ?? null, quote, stance, copy: archived, fetch };
}

export function evidenceToJson(item: ListedEvidence): z.infer<typeof evidenceSchema> {
  return {
    id: item.id,
    url: item.url,
    quote: item.quote,
    locator: item.locator,
    paraphrased: item.paraphrased,
    stance: item.stance,
    added_by: item.addedBy,
    added_at: formatInstant(item.addedAt),
    archived: item.copy === null ? null : archivedToJson(item.copy),
    copy_problem: item.copyProblem,
  };
}

export function archivedToJson(copy: NonNullable<ListedEvidence['copy']>): z.infer<typeof archivedSchema> {
  const { origin, mediaType, sha256, archivedAt } = copy;
  return { origin, media_type: mediaType, sha256, archived_at: formatInstant(archivedAt) };
}
