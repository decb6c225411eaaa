import { z } from '@hono/zod-openapi';
import { stages } from '../../domain/feeds/item.ts';
import { formatInstant, formatInterval } from '../../domain/instant.ts';
import { type AttributeFact, attributeNames, valuesPerAttributeMax } from '../../domain/models/attributes.ts';
import type { StageFact } from '../../domain/models/stages.ts';
import type { ModelView } from '../../services/models/models.ts';
import { instantText } from '../operation/fields.ts';
import { endFields, sourceFields, sourceToJson } from './witness-json.ts';

/** The most sources that one fact lists, oldest first. */
export const sourcesPerFactMax = 20;

const gradeField = z.enum(['admissible', 'short']).nullable().meta({
  description: 'Whether the evidence satisfies the default policy. Null if there is no evidence yet.',
});
const missingField = z
  .string()
  .nullable()
  .meta({ description: 'What evidence is missing for the fact to be admissible. Null if nothing is missing.' });
const sinceField = z.string().nullable().meta({
  description: 'When it began to apply, as far as the evidence shows: a date, a date-time or `start/end`.',
  example: '2025-08-07',
});

const sourceSchema = z.object({ ...sourceFields, since: instantText('When the row began to state it.') });

export const stageFactSchema = z
  .object({
    stage: z.enum(stages),
    grade: gradeField,
    since: sinceField,
    until: z.string().nullable().meta({
      description:
        'When the suspension ended: a date, a date-time or `start/end`. Null while it lasts, and for every stage other than `suspended`.',
    }),
    missing: missingField,
    said_by: z
      .array(sourceSchema)
      .meta({ description: `The rows that state it, oldest first, at most ${sourcesPerFactMax}.` }),
  })
  .meta({ id: 'StageFact', description: 'A stage that the model reached, with its sources.' });

export function stageToJson(fact: StageFact): z.infer<typeof stageFactSchema> {
  return {
    stage: fact.stage,
    grade: fact.grade,
    since: formatInterval(fact.since),
    until: fact.until === null ? null : formatInterval(fact.until),
    missing: fact.missing,
    said_by: fact.witnesses.slice(0, sourcesPerFactMax).map((witness) => ({
      ...sourceToJson(witness, witness.version.observationId),
      since: formatInstant(witness.seenFrom),
    })),
  };
}

export const attributeSchema = z
  .object({
    name: z.enum(attributeNames).meta({ description: 'Name of the attribute.' }),
    value: z.union([z.number(), z.boolean()]),
    grade: gradeField,
    since: sinceField,
    missing: missingField,
    said_by: z
      .array(sourceSchema)
      .meta({ description: `The rows that state it, oldest first, at most ${sourcesPerFactMax}.` }),
  })
  .meta({
    id: 'AttributeFact',
    description: `A value of an attribute in the vendor's own rows. At most ${valuesPerAttributeMax} per attribute.`,
  });

export function attributeToJson(fact: AttributeFact): z.infer<typeof attributeSchema> {
  return {
    name: fact.name,
    value: fact.value,
    grade: fact.grade,
    since: fact.since === null ? null : formatInterval(fact.since),
    missing: fact.missing,
    said_by: fact.sources.slice(0, sourcesPerFactMax).map((row) => ({
      ...sourceToJson(row, row.observationId),
      since: formatInstant(row.since),
    })),
  };
}

export const retirementSchema = z
  .object({
    grade: gradeField,
    ended: z.string().nullable().meta({ description: 'The day on which it was withdrawn. Null until then.' }),
    missing: missingField,
    stated: z
      .array(
        z.object({
          ...sourceFields,
          text: z.string().meta({ description: 'The date as stated.', example: '2025-07-14' }),
          ...endFields,
          since: instantText('When the row began to state it.'),
        }),
      )
      .meta({
        description: `Shutdown dates that rows state, at most ${sourcesPerFactMax}, the vendor's own rows first. Only dates with the scope \`vendor\` and a kind other than \`earliest\` can retire the model.`,
      }),
  })
  .meta({
    id: 'ModelRetirement',
    description: 'Whether the model was withdrawn, and which shutdown dates are stated.',
  });

export function retirementToJson({ record, stages: facts }: ModelView): z.infer<typeof retirementSchema> | null {
  const ended = facts.find((fact) => fact.stage === 'retired');
  const rows = record.rows.flatMap((row) => {
    const end = row.ends.at(-1);
    return end === undefined || end.text === null ? [] : [{ row, end, text: end.text }];
  });
  if (ended === undefined && rows.length === 0) return null;
  return {
    grade: ended?.grade ?? null,
    ended: ended === undefined ? null : formatInterval(ended.since),
    missing: ended?.missing ?? null,
    stated: rows.slice(0, sourcesPerFactMax).map(({ row, end, text }) => ({
      ...sourceToJson(row, row.version.observationId),
      text,
      kind: end.kind,
      scope: end.scope,
      since: formatInstant(end.observedAt),
    })),
  };
}
