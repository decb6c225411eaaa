import { z } from '@hono/zod-openapi';
import { daysLeft } from '../../domain/ends/end.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { describeProblem } from '../../domain/model-watches/watched-id.ts';
import { statusOf, watchedStatuses } from '../../domain/model-watches/watched-status.ts';
import { knownEndOf } from '../../domain/scan/known-end.ts';
import { suggestionOf } from '../../domain/scan/suggest.ts';
import type { ModelWatchView, WatchedModel } from '../../services/model-watches/model-watches.ts';
import { endSchema, endToJson } from '../ends/json.ts';
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

/** Bounds the response for many ids. */
const watchedSourcesMax = 3;
const watchedMovesMax = 5;

const readAsSchema = z
  .object({
    vendor: z.string(),
    slug: z.string().meta({ description: 'Slug of the model, as in `/v1/models/{vendor}/{slug}`.' }),
    id: z.string().meta({ description: 'The id without the host, region and vendor around it.' }),
    host: z.string().nullable().meta({ description: 'Host that serves it. Null: the vendor itself.' }),
  })
  .meta({ id: 'WatchedModelName', description: 'The model that the identity data reads the id as.' });

const watchedEndSchema = endSchema
  .pick({
    id: true,
    scope: true,
    host: true,
    kind: true,
    date: true,
    date_precision: true,
    stated_since: true,
    ended_at: true,
    sources: true,
    moved_from: true,
  })
  .meta({
    id: 'WatchedEnd',
    description: `The end of an id, with at most ${watchedSourcesMax} of its sources and ${watchedMovesMax} earlier dates; /v1/ends has all.`,
  });

const watchedSchema = z
  .object({
    id: z.string().meta({ description: 'The id as it was given.' }),
    read_as: readAsSchema.nullable().meta({ description: 'How it was read. Null if it names no model.' }),
    alias_of: z.string().nullable().meta({
      description:
        'The id that an alias stands for, as `alias_source` states. Without it, the newest listed snapshot of an id without a date, such as `gpt-5-2025-08-07` for `gpt-5`, or the model of an alias that names its version, as `vendor/slug`. Otherwise null.',
    }),
    alias_source: z
      .object({
        feed: z.string().meta({ description: "Slug of the vendor's own list." }),
        observation_id: z.string().meta({ description: 'The observation that first stated it.' }),
        since: instantText('Since when the list states it.'),
      })
      .nullable()
      .meta({ description: 'Who states what an alias stands for. Null if no feed does.' }),
    status: z.enum(watchedStatuses).meta({
      description:
        '`unread`: the id names no model that the identity data knows, and no end of it is stated. `unknown`: no feed lists the model. `available`: no end is stated, or only an earliest date. `ending`: a planned or firm end lies ahead. `overdue`: its date has passed, and nothing shows yet that the model has ended. `suspended`: withdrawn, but not for good. `ended`: the evidence suffices.',
    }),
    end: watchedEndSchema.nullable().meta({
      description: 'The stated end that concerns the id: that of its host or, if none is stated, that of the vendor.',
    }),
    days_left: z
      .int()
      .nullable()
      .meta({ description: 'Days in UTC until the end. Negative after it. Null without a date.' }),
    successor: z
      .string()
      .nullable()
      .meta({ description: 'The id that a source recommends instead, as published. Null if none does.' }),
    successor_source: z
      .object({
        feed: z.string().meta({ description: 'Slug of the feed.' }),
        observation_id: z.string().meta({ description: 'The observation that first recommended it.' }),
      })
      .nullable()
      .meta({ description: 'Who recommends the successor. Null without one.' }),
    suggestion: z.string().nullable().meta({
      description: 'What to replace the id by, and why, in one sentence of Markdown. Null without a successor.',
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
type EndRow = NonNullable<WatchedModel['end']>;

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

/** `at` is now: the days are counted from it. */
export function watchStateToJson(watch: ModelWatchView, at: Instant): z.infer<typeof watchStateSchema> {
  return { ...watchToJson(watch), ids: watch.ids.map((one) => watchedToJson(one, at)) };
}

function watchedToJson(watched: WatchedModel, at: Instant): z.infer<typeof watchedSchema> {
  const { id, vendor, slug, name, host, standsFor, statedBy, end, problem } = watched;
  const isRead = vendor !== null && slug !== null && name !== null;
  return {
    id,
    read_as: isRead ? { vendor, slug, id: name, host } : null,
    alias_of: isRead ? (standsFor ?? (watched.isAlias ? `${vendor}/${slug}` : null)) : null,
    alias_source:
      statedBy === null
        ? null
        : { feed: statedBy.feed, observation_id: statedBy.observationId, since: formatInstant(statedBy.since) },
    status: statusOf(watched, at),
    end: end === null ? null : watchedEndToJson(end, at),
    days_left: end === null || end.date === null ? null : daysLeft(end.date, at),
    ...successorToJson(watched, at),
    problem: problem === null ? null : { code: problem, detail: describeProblem(problem) },
  };
}

function successorToJson(watched: WatchedModel, at: Instant) {
  const { id, end } = watched;
  if (end === null || end.successor === null) return { successor: null, successor_source: null, suggestion: null };
  const { feed, observationId } = end.successor;
  const known = knownEndOf(end);
  const hasEnded = statusOf(watched, at) === 'ended';
  const status = hasEnded ? 'ended' : end.kind === 'earliest' ? 'may_end' : 'ending';
  return {
    successor: end.successor.id,
    successor_source: { feed, observation_id: observationId },
    suggestion: suggestionOf({ ...known, id, status, daysLeft: end.date === null ? null : daysLeft(end.date, at) }),
  };
}

function watchedEndToJson(end: EndRow, at: Instant): z.infer<typeof watchedEndSchema> {
  const { id, scope, host, kind, date, date_precision, stated_since, ended_at, sources, moved_from } = endToJson(
    end,
    at,
  );
  const [first, moved] = [sources.slice(0, watchedSourcesMax), moved_from.slice(-watchedMovesMax)];
  return { id, scope, host, kind, date, date_precision, stated_since, ended_at, sources: first, moved_from: moved };
}
