import { z } from 'zod';
import { formatInstant, type Instant } from '../instant.ts';
import { clipText, instantText } from './event-fields.ts';

/** The data of the events about changes to the text of a prediction: edits and errata. */

const valueBytesMax = 1000;

export const editedFields = [
  'slug',
  'statement',
  'fine_print',
  'locator',
  'source_id',
  'predictor_id',
  'tags',
] as const;

/** A changed field of a prediction. A field without a value is null. */
export type WordsChange = {
  readonly field: (typeof editedFields)[number];
  readonly before: string | readonly string[] | null;
  readonly after: string | readonly string[] | null;
};

const valueSchema = z.union([z.string(), z.array(z.string())]).nullable();

export const changesSchema = z
  .array(
    z
      .object({
        field: z.enum(editedFields),
        before: valueSchema.meta({ description: 'Value before the edit. A long text or list is truncated.' }),
        after: valueSchema.meta({ description: 'Value after the edit. A long text or list is truncated.' }),
      })
      .meta({ id: 'MessageChange', description: 'A changed field.' }),
  )
  .meta({ description: 'The changed fields.' });

export const erratumSchema = z
  .object({
    id: z.string(),
    text: z.string().meta({ description: 'The correction. A long text is truncated.' }),
    reason: z.string().meta({ description: 'The reason for it. A long text is truncated.' }),
    recorded_at: instantText('When it was recorded.'),
  })
  .meta({
    id: 'MessageErratum',
    description: 'A correction appended to a prediction. The words of the prediction do not change.',
  });

export function changesData(changes: readonly WordsChange[]): z.infer<typeof changesSchema> {
  return changes.map(({ field, before, after }) => ({ field, before: clipValue(before), after: clipValue(after) }));
}

function clipValue(value: WordsChange['before']): string | string[] | null {
  if (value === null || typeof value === 'string') return value === null ? null : clipText(value, valueBytesMax);
  let bytes = 0;
  return value.filter((entry) => {
    bytes += Buffer.byteLength(JSON.stringify(entry), 'utf8') + 1;
    return bytes <= valueBytesMax;
  });
}

type ErratumFacts = {
  readonly id: string;
  readonly text: string;
  readonly reason: string;
  readonly recordedAt: Instant;
};

export function erratumData({ id, text, reason, recordedAt }: ErratumFacts): z.infer<typeof erratumSchema> {
  return {
    id,
    text: clipText(text, valueBytesMax),
    reason: clipText(reason, valueBytesMax),
    recorded_at: formatInstant(recordedAt),
  };
}
