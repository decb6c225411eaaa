import { z } from '@hono/zod-openapi';
import {
  daysLeft,
  type EndMove,
  type EndSource,
  type EndState,
  type EndSuccessor,
  endMovesMax,
  endSourcesMax,
  formatEndDate,
} from '../../domain/ends/end.ts';
import { endKinds } from '../../domain/feeds/stated-end.ts';
import { trusts } from '../../domain/feeds/trust.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { nameFields, nameToJson, urlOf } from '../models/name-json.ts';
import { endFields } from '../models/witness-json.ts';
import { instantText } from '../operation/fields.ts';
import { endExample } from './examples.ts';

/** `YYYY-MM-DD` */
const dateCharsMax = 10;
/** More days than there are between two dates of bounded years. */
const daysMax = 100_000;

const dateField = z.string().max(dateCharsMax).nullable().meta({
  description: 'A day, or a month if the source states only that. Null if it states none.',
  example: endExample.date,
});
const precisionField = z
  .enum(['day', 'month'])
  .nullable()
  .meta({ description: 'Precision of the date. Null without a date.', example: 'day' });

const sourceSchema = z
  .object({
    feed: z.string().meta({ description: 'Slug of the feed.', example: 'openai' }),
    origin: z.string().meta({ description: 'Origin of the data. Feeds of one origin count as one.' }),
    trust: z.enum(trusts).meta({ description: 'Trust of the row.' }),
    name: z.string().meta({ description: 'Model id as published.', example: endExample.id }),
    observation_id: z.string().meta({ description: 'The observation that first stated it.' }),
    text: z.string().nullable().meta({
      description: 'The date as stated. Null if the row only says that the model has ended.',
      example: '2026-12-10',
    }),
    date: dateField,
    kind: z.enum(endKinds).meta({ description: 'How final the date is, or was.' }),
    use: z.enum(['decides', 'agrees', 'differs', 'not_after_release']).meta({
      description:
        'How it counts. `decides`: the end is as this source states it. `agrees` and `differs`: its date compared with that one. `not_after_release`: its date is not after the release, so it is not used; scrapers sometimes copy the release date.',
    }),
    stated_since: instantText('When the row began to state this date.'),
    gone_at: instantText('When the feed stopped listing the row. Null while it is listed.').nullable(),
  })
  .meta({ id: 'EndSource', description: 'What one row of a feed states about an end.' });

const moveSchema = z
  .object({
    date: z
      .string()
      .max(dateCharsMax)
      .meta({ description: 'The earlier date: a day or a month.', example: '2026-06-17' }),
    date_precision: z.enum(['day', 'month']).meta({ description: 'Precision of the date.' }),
    kind: z.enum(endKinds).meta({ description: 'How final the date is, or was.' }),
    feed: z.string().meta({ description: 'Slug of the feed that stated it.' }),
    from: instantText('From when it stood.'),
    to: instantText('Until when it stood.'),
    because: z.enum(['moved', 'withdrawn', 'other_source']).meta({
      description:
        'Why it no longer stands. `moved`: the same row states another date. `withdrawn`: no row states a date any more. `other_source`: another source decides, because it is more trusted or stated its date later.',
    }),
  })
  .meta({ id: 'EndMove', description: 'A date from which an end moved.' });

const successorSchema = z
  .object({
    id: z.string().meta({ description: 'Id of the recommended model, as published.', example: 'gpt-5.6-sol' }),
    model: z
      .object({
        vendor: z.string().meta({ description: 'Vendor of the model.' }),
        slug: z.string().meta({ description: 'Slug of the model.' }),
        url: z.string().meta({ description: 'Path of the model. It may not be released, or not listed by any feed.' }),
      })
      .nullable()
      .meta({ description: 'The model that the id names. Null if the identity data does not recognise it.' }),
    feed: z.string().meta({ description: 'Slug of the feed that recommends it.' }),
    observation_id: z.string().meta({ description: 'The observation that first recommended it.' }),
  })
  .meta({ id: 'EndSuccessor', description: 'The model that a source recommends instead.' });

const contradictionSchema = z
  .object({
    feed: z.string().meta({ description: "Slug of the vendor's own list." }),
    observation_id: z.string().meta({ description: 'The observation that first showed it.' }),
    since: instantText('Time of the first poll after the date that showed the id.'),
    status: z.enum(['active', 'listed']).meta({
      description:
        '`active`: the row says that the model is in service. `listed`: the list merely still contains the id.',
    }),
  })
  .meta({ id: 'EndContradiction', description: "A row of the vendor's own list that shows the id after its date." });

export const endSchema = z
  .object({
    vendor: z.string().meta({ description: 'Vendor of the id.', example: endExample.vendor }),
    model: z
      .object({ ...nameFields, url: z.string().meta({ description: 'Path of the model with its evidence.' }) })
      .meta({ id: 'EndModel', description: 'The model of the id.' })
      .nullable()
      .meta({ description: 'Null for an alias of changing models, such as `chatgpt-4o-latest`.' }),
    id: z.string().meta({
      description: 'The id that ends, in lower case and without the names of hosts, regions and vendors around it.',
      example: endExample.id,
    }),
    scope: endFields.scope,
    host: z.string().nullable().meta({
      description:
        'The host whose service ends, such as `azure`, `bedrock` or `vertex`. Null unless the scope is `host`.',
      example: null,
    }),
    kind: endFields.kind,
    date: dateField,
    date_precision: precisionField,
    days_left: z.int().min(-daysMax).max(daysMax).nullable().meta({
      description:
        'Days in UTC from now, or from `as_of`, until the date, or until the first day of the month. 0 on that day, negative after it. Null without a date.',
      example: endExample.days_left,
    }),
    stated_since: instantText('When the source that decides began to state this date.'),
    ended_at: instantText(
      'Earliest moment at which the evidence sufficed that the id has ended. Null until then, however long ago the date was: a date that has passed is no evidence. Always null for hosts and plans.',
    ).nullable(),
    evidence: z.array(z.string()).meta({ description: 'Ids of the observations that show that the id has ended.' }),
    suspended: z.boolean().meta({ description: 'Whether the vendor has suspended the id, so that it may return.' }),
    contradicted: contradictionSchema
      .nullable()
      .meta({ description: "Null unless the vendor's own list shows the id after its date." }),
    successor: successorSchema.nullable().meta({ description: 'Null if no source recommends a model instead.' }),
    sources: z.array(sourceSchema).meta({
      description: `What every source states, at most ${endSourcesMax}. The first decides: the most trusted and, among equals, the one that is listed and stated its date last.`,
    }),
    moved_from: z
      .array(moveSchema)
      .meta({ description: `Every earlier date, oldest first; at most the last ${endMovesMax}.` }),
  })
  .meta({ id: 'End', description: 'A stated end of one id of a model: at its vendor, at a host, or in a plan.' });

/** An end as known at a moment, from which the days are counted. */
export function endToJson(end: EndState, at: Instant): z.infer<typeof endSchema> {
  const { model, kind, date, statedSince } = end;
  return {
    vendor: model.vendor,
    model: model.slug === null ? null : { ...nameToJson(model, model.slug), url: urlOf(model.vendor, model.slug) },
    id: end.id,
    scope: end.scope,
    host: end.host,
    kind: kind ?? 'planned',
    date: date === null ? null : formatEndDate(date),
    date_precision: date?.precision ?? null,
    days_left: date === null ? null : daysLeft(date, at),
    stated_since: formatInstant(statedSince ?? end.knownFrom),
    ended_at: end.endedAt === null ? null : formatInstant(end.endedAt),
    evidence: [...end.evidence],
    suspended: end.suspended,
    contradicted:
      end.contradicted === null
        ? null
        : {
            feed: end.contradicted.feed,
            observation_id: end.contradicted.observationId,
            since: formatInstant(end.contradicted.since),
            status: end.contradicted.status,
          },
    successor: end.successor === null ? null : successorToJson(end.successor),
    sources: end.sources.map(sourceToJson),
    moved_from: end.movedFrom.map(moveToJson),
  };
}

function successorToJson({ id, model, feed, observationId }: EndSuccessor): z.infer<typeof successorSchema> {
  const named =
    model === null ? null : { vendor: model.vendor, slug: model.slug, url: urlOf(model.vendor, model.slug) };
  return { id, model: named, feed, observation_id: observationId };
}

function sourceToJson(source: EndSource): z.infer<typeof sourceSchema> {
  const { feed, origin, trust, name, observationId, text, date, kind, use, statedSince, goneAt } = source;
  return {
    feed,
    origin,
    trust,
    name,
    observation_id: observationId,
    text,
    date: date === null ? null : formatEndDate(date),
    kind,
    use,
    stated_since: formatInstant(statedSince),
    gone_at: goneAt === null ? null : formatInstant(goneAt),
  };
}

function moveToJson({ date, kind, feed, from, to, because }: EndMove): z.infer<typeof moveSchema> {
  const times = { from: formatInstant(from), to: formatInstant(to) };
  return { date: formatEndDate(date), date_precision: date.precision, kind, feed, ...times, because };
}
