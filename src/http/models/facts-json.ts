import { z } from '@hono/zod-openapi';
import { stages } from '../../domain/feeds/item.ts';
import { formatInstant, formatInterval } from '../../domain/instant.ts';
import { type AttributeFact, attributeNames, valuesPerAttributeMax } from '../../domain/models/attributes.ts';
import type { StageFact } from '../../domain/models/stages.ts';
import type { ModelView } from '../../services/models/models.ts';
import { instantText } from '../operation/fields.ts';
import { voiceFields, voiceToJson } from './witness-json.ts';

/** Who says one fact of a model: so many are told of at most, the first to say it first. */
export const voicesPerFactMax = 20;

const gradeField = z.enum(['admissible', 'short']).nullable().meta({
  description: 'Whether the evidence satisfies the default policy; null while nothing counts yet.',
});
const missingField = z.string().nullable().meta({ description: 'What it lacks to be admissible.' });
const sinceField = z.string().nullable().meta({
  description: 'Since when, as far as the evidence bounds it: a date, an instant or `start/end`.',
  example: '2025-08-07',
});

const voiceSchema = z.object({ ...voiceFields, since: instantText('Since when the row says so.') });

export const stageFactSchema = z
  .object({
    stage: z.enum(stages),
    grade: gradeField,
    since: sinceField,
    missing: missingField,
    said_by: z.array(voiceSchema).meta({ description: `Oldest first; ${voicesPerFactMax} at most.` }),
  })
  .meta({ id: 'StageFact', description: 'That a model reached a stage of its life, and who says so.' });

export function stageToJson(fact: StageFact): z.infer<typeof stageFactSchema> {
  return {
    stage: fact.stage,
    grade: fact.grade,
    since: formatInterval(fact.since),
    missing: fact.missing,
    said_by: fact.witnesses.slice(0, voicesPerFactMax).map((witness) => ({
      ...voiceToJson(witness, witness.version.observationId),
      since: formatInstant(witness.seenFrom),
    })),
  };
}

export const attributeSchema = z
  .object({
    name: z.enum(attributeNames),
    value: z.union([z.number(), z.boolean()]),
    grade: gradeField,
    since: sinceField,
    missing: missingField,
    said_by: z.array(voiceSchema).meta({ description: `Oldest first; ${voicesPerFactMax} at most.` }),
  })
  .meta({
    id: 'AttributeFact',
    description: `One value that the vendor's own rows publish; ${valuesPerAttributeMax} at most of one attribute.`,
  });

export function attributeToJson(fact: AttributeFact): z.infer<typeof attributeSchema> {
  return {
    name: fact.name,
    value: fact.value,
    grade: fact.grade,
    since: fact.since === null ? null : formatInterval(fact.since),
    missing: fact.missing,
    said_by: fact.words.slice(0, voicesPerFactMax).map((word) => ({
      ...voiceToJson(word, word.observationId),
      since: formatInstant(word.since),
    })),
  };
}

export const retirementSchema = z
  .object({
    grade: gradeField,
    ended: z
      .string()
      .nullable()
      .meta({ description: 'The day from which it is served no more; null until it has come.' }),
    missing: missingField,
    stated: z
      .array(z.object({ ...voiceFields, text: z.string().meta({ description: 'Verbatim.', example: '2025-07-14' }) }))
      .meta({ description: `Shutdown dates that the vendor's own rows state; ${voicesPerFactMax} at most.` }),
  })
  .meta({ id: 'ModelRetirement', description: 'Whether a model was withdrawn, and who states an end.' });

export function retirementToJson({ record, stages: facts }: ModelView): z.infer<typeof retirementSchema> | null {
  const ended = facts.find((fact) => fact.stage === 'retired');
  const rows = record.rows.filter((row) => row.sighting.model.own && row.version.shutdown !== undefined);
  if (ended === undefined && rows.length === 0) return null;
  return {
    grade: ended?.grade ?? null,
    ended: ended === undefined ? null : formatInterval(ended.since),
    missing: ended?.missing ?? null,
    stated: rows.slice(0, voicesPerFactMax).map((row) => ({
      ...voiceToJson(row, row.version.observationId),
      text: row.version.shutdown ?? '',
    })),
  };
}
