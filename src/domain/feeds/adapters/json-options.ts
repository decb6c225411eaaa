import { z } from 'zod';
import { readInput } from '../../input.ts';
import { isPointer, pointerCharactersMax } from '../../json-pointer.ts';
import { Refusal } from '../../refusal.ts';
import { stages } from '../item.ts';
import { endKinds, endScopes } from '../stated-end.ts';

/**
 * The options of the adapter `json`, which reads any JSON without code: JSON Pointers from a row to its facts, with
 * explicit units. There are no regular expressions and no functions. A value of an unexpected type is ignored.
 */

/** The most words for stages in one feed. */
export const stageWordsMax = 50;

const pointerText = z
  .string()
  .max(pointerCharactersMax, { abort: true })
  .refine(isPointer, 'must be a JSON Pointer, such as /data/0/id');

const pointer = (description: string, example: string) => pointerText.meta({ description, example });

const memberPointer = (description: string, example: string) =>
  pointerText
    .refine((text) => text !== '', 'must point to a member of the row')
    .meta({ description: `${description} A JSON Pointer relative to the row.`, example });

const date = (description: string, example: string) =>
  z
    .union([
      memberPointer(description, example),
      z.strictObject({
        at: memberPointer(description, example),
        as: z.enum(['text', 'unix_seconds', 'unix_milliseconds']).meta({
          description: '`text`: an ISO 8601 date. The others: a number, of which only the UTC day is used.',
          example: 'text',
        }),
      }),
    ])
    .meta({ description, example });

const price = (description: string, example: { at: string; per: string }) =>
  z
    .strictObject({
      at: memberPointer('The price: a number, or a decimal number as text.', example.at),
      per: z
        .enum(['token', 'thousand', 'million'])
        .meta({ description: 'Number of tokens that the price is for.', example: 'token' }),
    })
    .meta({ description, example });

const stateWord = z.enum(stages);

const stage = z
  .strictObject({
    at: memberPointer('The word for the stage.', '/status'),
    words: z
      .record(z.string().min(1).max(60), stateWord)
      .refine((words) => Object.keys(words).length <= stageWordsMax, `must have at most ${stageWordsMax} words`)
      .optional()
      .meta({
        description: 'The stage that each word of the feed means. Default: the words are the names of the stages.',
        example: { beta: 'preview' },
      }),
  })
  .meta({
    description: 'The stage of a row. An unknown word means announced. Without a word, the stage follows from the id.',
    example: { at: '/status', words: { beta: 'preview', ga: 'general' } },
  });

/** Either one meaning for all rows, or a pointer to a word in the row and the meaning of each word. */
const worded = <Meaning extends string>(
  meaning: z.ZodType<Meaning>,
  about: { description: string; word: string; example: Meaning },
) =>
  z
    .union([
      meaning,
      z.strictObject({
        at: memberPointer('The word in the row.', about.word),
        words: z
          .record(z.string().min(1).max(60), meaning)
          .refine((words) => Object.keys(words).length <= stageWordsMax, `must have at most ${stageWordsMax} words`)
          .meta({ description: 'The meaning of each word of the feed.', example: { final: about.example } }),
      }),
    ])
    .meta({ description: about.description, example: about.example });

const attributes = z
  .strictObject({
    input_usd_per_mtok: price('Price of input in US dollars.', { at: '/pricing/prompt', per: 'token' }).optional(),
    output_usd_per_mtok: price('Price of output in US dollars.', {
      at: '/pricing/completion',
      per: 'token',
    }).optional(),
    context_tokens: memberPointer('Context length in tokens, an integer.', '/context_length').optional(),
    open_weights: memberPointer('Whether the weights are open, true or false.', '/open').optional(),
    parameters: z
      .strictObject({
        at: memberPointer('The number of parameters.', '/parameters'),
        in: z.enum(['one', 'million', 'billion']).meta({ description: 'Unit of the number.', example: 'billion' }),
      })
      .optional()
      .meta({ description: 'Number of parameters of the model.', example: { at: '/parameters', in: 'billion' } }),
  })
  .meta({ description: 'Attributes of each row, with their units.', example: { context_tokens: '/context_length' } });

const hostName = z.string().min(1).max(64).meta({ description: 'Name of the host of every row.', example: 'azure' });

export const jsonOptionsSchema = z
  .strictObject({
    items: pointer('JSON Pointer to the rows: an array, or an object keyed by id. Empty: the whole document.', '/data'),
    id: memberPointer('The model id. Default: the key of the row, if the rows are an object.', '/id').optional(),
    vendor: z
      .string()
      .max(64)
      .optional()
      .meta({ description: 'Vendor of every row. The rows count as published by this vendor.', example: 'openai' }),
    host: z
      .union([memberPointer('Name of the host.', '/provider'), z.strictObject({ is: hostName })])
      .optional()
      .meta({
        description:
          'Host of the model: a pointer to its name, or one name for all rows. If it is the id of a vendor, the row counts as published by that vendor.',
        example: '/provider',
      }),
    released: date('Release date.', '/released_at').optional(),
    weight: z.enum(['curated', 'stands']).optional().meta({
      description: '`curated`: checked against the sightings. `stands`: used as stated. Default: `curated`.',
      example: 'curated',
    }),
    shutdown: date('Shutdown date.', '/shutdown_date').optional(),
    end_kind: worded(z.enum(endKinds), {
      description:
        'How final the shutdown date is. `earliest`: the model does not end before it, so it retires nothing. An unknown word means `earliest`. Default: `planned`.',
      word: '/certainty',
      example: 'firm',
    }).optional(),
    end_scope: worded(z.enum(endScopes), {
      description:
        "What the shutdown date applies to. Only an end of the vendor's own service retires a model. An unknown word means `plan`. Default: `vendor` in the vendor's own rows, `host` in others.",
      word: '/surface',
      example: 'plan',
    }).optional(),
    stage: stage.optional(),
    source_url: memberPointer('URL with more information.', '/url').optional(),
    attributes: attributes.optional(),
    witnesses: z
      .array(z.enum(['release', 'general', 'end', 'attribute']))
      .max(4)
      .optional()
      .meta({
        description: 'What the rows are evidence of. Default: releases, and the other facts that the options point to.',
        example: ['release'],
      }),
  })
  .refine((options) => options.vendor === undefined || options.host === undefined, {
    message: 'must not be given together with vendor',
    path: ['host'],
  })
  .meta({
    id: 'JsonFeedOptions',
    description:
      'Options of the adapter json: JSON Pointers (RFC 6901) to the facts of each row. Other adapters have no options.',
    example: { items: '/data', id: '/id', vendor: 'openai', released: '/released_at' },
  });

export type JsonOptions = z.infer<typeof jsonOptionsSchema>;

/** Parses configured options. Throws `Refusal('validation_failed')` with a pointer for each error. */
export function readJsonOptions(value: unknown): JsonOptions {
  const { data, errors } = readInput(jsonOptionsSchema, value, { name: 'options', pointer: '#/options' });
  if (errors === undefined) return data;
  throw new Refusal('validation_failed', 'the options do not describe a JSON feed; see docs/feeds.md', errors);
}
