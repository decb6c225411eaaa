import { z } from '@hono/zod-openapi';
import { formatInstant } from '../../domain/instant.ts';
import { describeProblem } from '../../domain/model-watches/watched-id.ts';
import { statusOf, watchedStatuses } from '../../domain/model-watches/watched-status.ts';
import type { ModelWatchView, WatchedModel } from '../../services/model-watches/model-watches.ts';
import { instantText } from '../operation/fields.ts';
import { watchExample } from './examples.ts';

export const watchSchema = z
  .object({
    id: z.string().meta({ example: watchExample.id }),
    name: z.string().meta({ description: 'Unique name. It never changes.', example: watchExample.name }),
    owner: z.string().nullable().meta({ description: 'Who is responsible for the models, in words.' }),
    host: z
      .string()
      .nullable()
      .meta({ description: 'Host that serves the ids that name no host themselves. Null: the vendors.' }),
    notice_days: z
      .array(z.int())
      .meta({ description: 'Days before an end on which the event `model.ending` is sent, the earliest first.' }),
    ids_count: z.int().meta({ description: 'Number of ids.' }),
    version: z.int().meta({ description: 'Version of the watch. Every change increments it. Part of the ETag.' }),
    created_at: instantText('When it was created.'),
    updated_at: instantText('When it was last changed.'),
  })
  .meta({ id: 'Watch', description: 'A list of model ids that somebody uses.' });

const readAsSchema = z
  .object({
    vendor: z.string(),
    slug: z.string().meta({ description: 'Slug of the model, as in `/v1/models/{vendor}/{slug}`.' }),
    id: z.string().meta({ description: 'The id without the host, region and vendor around it.' }),
    host: z.string().nullable().meta({ description: 'Host that serves it. Null: the vendor itself.' }),
  })
  .meta({ id: 'WatchedModelName', description: 'The model that the identity data reads the id as.' });

const watchedSchema = z
  .object({
    id: z.string().meta({ description: 'The id as it was given.' }),
    read_as: readAsSchema.nullable().meta({ description: 'How it was read. Null if it names no model.' }),
    alias_of: z.string().nullable().meta({
      description:
        'The model, as `vendor/slug`, whose newest snapshot a rolling alias such as `claude-3-5-sonnet-latest` stands for. Null for other ids.',
    }),
    status: z.enum(watchedStatuses).meta({
      description:
        '`unread`: the id names no model that the identity data knows. `unknown`: no feed lists the model. `available`. `suspended`: withdrawn, but not for good. `ended`.',
    }),
    problem: z
      .object({ code: z.string(), detail: z.string() })
      .nullable()
      .meta({ description: 'Why the id was not read. Null if it was.' }),
  })
  .meta({ id: 'WatchedModel', description: 'An id of a watch, and what is known of its model.' });

export const watchStateSchema = watchSchema
  .extend({ ids: z.array(watchedSchema).meta({ description: 'Each id with what is known of it.' }) })
  .meta({ id: 'WatchState', description: 'A watch with what is known of each of its ids.' });

type Row = Omit<ModelWatchView, 'ids'>;

export function watchToJson(watch: Row): z.infer<typeof watchSchema> {
  return {
    id: watch.id,
    name: watch.name,
    owner: watch.owner,
    host: watch.host,
    notice_days: [...watch.noticeDays],
    ids_count: watch.idsCount,
    version: watch.version,
    created_at: formatInstant(watch.createdAt),
    updated_at: formatInstant(watch.updatedAt),
  };
}

export function watchStateToJson(watch: ModelWatchView): z.infer<typeof watchStateSchema> {
  return { ...watchToJson(watch), ids: watch.ids.map(watchedToJson) };
}

function watchedToJson(watched: WatchedModel): z.infer<typeof watchedSchema> {
  const { id, vendor, slug, name, host, problem } = watched;
  const isRead = vendor !== null && slug !== null && name !== null;
  return {
    id,
    read_as: isRead ? { vendor, slug, id: name, host } : null,
    alias_of: isRead && watched.isAlias ? `${vendor}/${slug}` : null,
    status: statusOf(watched),
    problem: problem === null ? null : { code: problem, detail: describeProblem(problem) },
  };
}
