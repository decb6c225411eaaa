import { z } from 'zod';
import { readInput } from '../../input.ts';
import { isPointer, pointerCharactersMax } from '../../json-pointer.ts';
import { Refusal } from '../../refusal.ts';
import { stages } from '../item.ts';

/**
 * How somebody else's JSON is read without code: JSON Pointers from a row to what it states, with every unit written out.
 * No regular expressions, no functions: what a pointer leads to either has the right shape or is left out.
 */

/** The words of one feed for stages. */
export const stageWordsMax = 50;

const pointerText = z
  .string()
  .max(pointerCharactersMax, { abort: true })
  .refine(isPointer, 'must be a JSON Pointer, such as /data/0/id');

const pointer = (description: string, example: string) => pointerText.meta({ description, example });

const memberPointer = (description: string, example: string) =>
  pointerText
    .refine((text) => text !== '', 'must point to a member of the row')
    .meta({ description: `${description} A JSON Pointer from the row.`, example });

const date = (description: string, example: string) =>
  z
    .union([
      memberPointer(description, example),
      z.strictObject({
        at: memberPointer(description, example),
        as: z
          .enum(['text', 'unix_seconds', 'unix_milliseconds'])
          .meta({ description: 'ISO 8601 as it stands, or a number, of which the UTC day counts.', example: 'text' }),
      }),
    ])
    .meta({ description, example });

const price = (description: string, example: { at: string; per: string }) =>
  z
    .strictObject({
      at: memberPointer('A number, or a decimal number as text.', example.at),
      per: z.enum(['token', 'thousand', 'million']).meta({ description: 'Tokens that it pays for.', example: 'token' }),
    })
    .meta({ description, example });

const stateWord = z.enum(stages);

const stage = z
  .strictObject({
    at: memberPointer('The word that the feed uses.', '/status'),
    words: z
      .record(z.string().min(1).max(60), stateWord)
      .refine((words) => Object.keys(words).length <= stageWordsMax, `must have at most ${stageWordsMax} words`)
      .optional()
      .meta({
        description: 'What the feed’s words mean; its own are ours where this is left out.',
        example: { beta: 'preview' },
      }),
  })
  .meta({
    description: 'A word that is not known makes the row an announcement; a row without one is left to its id.',
    example: { at: '/status', words: { beta: 'preview', ga: 'general' } },
  });

const attributes = z
  .strictObject({
    input_usd_per_mtok: price('US dollars for input.', { at: '/pricing/prompt', per: 'token' }).optional(),
    output_usd_per_mtok: price('US dollars for output.', { at: '/pricing/completion', per: 'token' }).optional(),
    context_tokens: memberPointer('A whole number.', '/context_length').optional(),
    open_weights: memberPointer('true or false.', '/open').optional(),
    parameters: z
      .strictObject({
        at: memberPointer('A number.', '/parameters'),
        in: z.enum(['one', 'million', 'billion']).meta({ description: 'What the number counts.', example: 'billion' }),
      })
      .optional()
      .meta({ description: 'How many parameters the model has.', example: { at: '/parameters', in: 'billion' } }),
  })
  .meta({ description: 'What is read of each row, with its unit.', example: { context_tokens: '/context_length' } });

const hostName = z.string().min(1).max(64).meta({ description: 'The host of every row.', example: 'azure' });

export const jsonOptionsSchema = z
  .strictObject({
    items: pointer('Where the rows are: an array, or an object keyed by id. Empty: the document itself.', '/data'),
    id: memberPointer('The model id. Left out: the key of the row in its object.', '/id').optional(),
    vendor: z.string().max(64).optional().meta({ description: 'Every row is this vendor’s own.', example: 'openai' }),
    host: z
      .union([memberPointer('Who serves it, by name.', '/provider'), z.strictObject({ is: hostName })])
      .optional()
      .meta({
        description:
          'Who serves it: a pointer to the name, or one for all. A vendor’s id makes a row the vendor’s own.',
        example: '/provider',
      }),
    released: date('When it was released.', '/released_at').optional(),
    weight: z
      .enum(['curated', 'stands'])
      .optional()
      .meta({ description: 'curated: weighed against the sightings. stands: taken on its word.', example: 'curated' }),
    shutdown: date('When it ends.', '/shutdown_date').optional(),
    stage: stage.optional(),
    source_url: memberPointer('Where to read more.', '/url').optional(),
    attributes: attributes.optional(),
    witnesses: z
      .array(z.enum(['release', 'general', 'end', 'attribute']))
      .max(4)
      .optional()
      .meta({
        description: 'What its rows are evidence of. Left out: releases, and what else is pointed to.',
        example: ['release'],
      }),
  })
  .refine((options) => options.vendor === undefined || options.host === undefined, {
    message: 'give a vendor or a host, not both',
    path: ['host'],
  })
  .meta({
    id: 'JsonFeedOptions',
    description:
      'How the adapter json reads a document: JSON Pointers (RFC 6901) to what each row states. Other adapters have none.',
    example: { items: '/data', id: '/id', vendor: 'openai', released: '/released_at' },
  });

export type JsonOptions = z.infer<typeof jsonOptionsSchema>;

/** Checks what somebody configured. Throws `Refusal('validation_failed')` with a pointer for each error. */
export function readJsonOptions(value: unknown): JsonOptions {
  const { data, errors } = readInput(jsonOptionsSchema, value, { name: 'options', pointer: '#/options' });
  if (errors === undefined) return data;
  throw new Refusal('validation_failed', 'the options do not describe a JSON feed; see docs/feeds.md', errors);
}
