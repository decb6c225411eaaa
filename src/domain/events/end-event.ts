import { z } from 'zod';
import type { EndChange } from '../ends/changes.ts';
import { daysLeft, type EndMove, type EndState, formatEndDate } from '../ends/end.ts';
import { endKinds, endScopes } from '../feeds/stated-end.ts';
import { trusts } from '../feeds/trust.ts';
import { formatInstant, type Instant } from '../instant.ts';
import { clipText, instantText } from './event-fields.ts';
import { modelLinks, modelLinksSchema, modelSchema, watchesField } from './model-event.ts';

/** What the events about stated ends contain. */

/** The most observations that an event about an end lists. */
const endEvidenceMax = 20;
/** The size limits of ids and dates as published. */
const publishedBytesMax = 600;

/** `YYYY-MM-DD` */
const dateCharsMax = 10;

const sourceSchema = z
  .object({
    feed: z.string().meta({ description: 'Slug of the feed.' }),
    trust: z.enum(trusts).meta({ description: 'Trust of the row.' }),
    name: z.string().meta({ description: 'Model id as published. A long id is truncated.' }),
    text: z.string().nullable().meta({ description: 'The date as stated. Null if it states none.' }),
    observation_id: z.string().meta({ description: 'The observation that first stated it.' }),
  })
  .meta({ id: 'MessageEndSource', description: 'The source that decides.' });

const successorSchema = z
  .object({
    id: z.string().meta({ description: 'Id of the recommended model, as published. A long id is truncated.' }),
    model: z.string().nullable().meta({
      description: 'Vendor and slug of the model that the id names. Null if the identity data does not recognise it.',
    }),
  })
  .meta({ id: 'MessageEndSuccessor', description: 'The model that a source recommends instead.' });

const endSchema = z
  .object({
    id: z.string().meta({ description: 'The id that ends, without the names of hosts and vendors around it.' }),
    scope: z.enum(endScopes).meta({ description: 'What ends: the service of the vendor or of a host, or a plan.' }),
    host: z.string().nullable().meta({ description: 'The host. Null unless the scope is `host`.' }),
    kind: z
      .enum(endKinds)
      .nullable()
      .meta({ description: 'How final the date is. Null if no source states an end any more.' }),
    date: z
      .string()
      .max(dateCharsMax)
      .nullable()
      .meta({ description: 'A day or a month. Null if no source states one.' }),
    date_precision: z.enum(['day', 'month']).nullable().meta({ description: 'Null without a date.' }),
    days_left: z.int().min(-100_000).max(100_000).nullable().meta({
      description: 'Days in UTC from the time of the event until the date. Null without a date.',
    }),
    stated_since: instantText('When the source that decides began to state this date. Null without one.').nullable(),
    known_at: instantText('When the feed that reports the change first showed it.'),
    source: sourceSchema.nullable().meta({ description: 'Null if no source states an end any more.' }),
    successor: successorSchema.nullable().meta({ description: 'Null if no source recommends a model instead.' }),
  })
  .meta({ id: 'MessageEnd', description: 'The stated end of an id.' });

const movedFromSchema = z
  .object({
    date: z.string().max(dateCharsMax).meta({ description: 'The earlier date: a day or a month.' }),
    date_precision: z.enum(['day', 'month']).meta({ description: 'Precision of the date.' }),
    kind: z.enum(endKinds).meta({ description: 'How final it was.' }),
    feed: z.string().meta({ description: 'Slug of the feed that stated it.' }),
    because: z.enum(['moved', 'withdrawn', 'other_source']).meta({
      description:
        'Why it no longer stands: the same row states another date, no row states one any more, or another source decides.',
    }),
  })
  .meta({ id: 'MessageEndMove', description: 'The date from which the end moved.' });

const subject = { model: modelSchema, end: endSchema, watches: watchesField.optional(), links: modelLinksSchema };

export const endMovedEventSchema = z.object({
  ...subject,
  moved_from: movedFromSchema.nullable().meta({ description: 'Null if the end had no date before.' }),
});

export const endedEventSchema = z.object({
  ...subject,
  evidence: z
    .array(z.string())
    .meta({ description: `Ids of at most ${endEvidenceMax} observations that show the end.` }),
});

export const successorEventSchema = z.object({
  ...subject,
  successor: modelSchema.meta({ id: 'MessageReleasedSuccessor', description: 'The released model.' }),
});

/** The data of the event that the model which a source recommends instead is released; null if its id names no model. */
export function successorEventData(change: EndChange, now: Instant): z.infer<typeof successorEventSchema> | null {
  const model = change.after.successor?.model ?? null;
  if (model === null) return null;
  const { vendor, slug, family, version, tier } = model;
  return {
    ...endSubjectData(change, now),
    successor: { id: `${vendor}/${slug}`, vendor, slug, family, version, tier },
  };
}

/** The data that all events about an end have in common, at the time of the event. */
function endSubjectData({ after, knownAt }: Pick<EndChange, 'after' | 'knownAt'>, now: Instant) {
  const { vendor, slug, family, version, tier } = after.model;
  return {
    model: { id: `${vendor}/${slug}`, vendor, slug, family, version, tier },
    end: endData(after, { knownAt, now }),
    links: modelLinks(vendor, slug),
  };
}

function endData(
  end: EndState,
  { knownAt, now }: { readonly knownAt: Instant; readonly now: Instant },
): z.infer<typeof endSchema> {
  const { id, scope, host, kind, date, statedSince, successor } = end;
  const [source] = end.sources;
  const model = successor?.model ?? null;
  return {
    id,
    scope,
    host,
    kind,
    date: date === null ? null : formatEndDate(date),
    date_precision: date?.precision ?? null,
    days_left: date === null ? null : daysLeft(date, now),
    stated_since: statedSince === null ? null : formatInstant(statedSince),
    known_at: formatInstant(knownAt),
    source:
      source === undefined
        ? null
        : {
            feed: source.feed,
            trust: source.trust,
            name: clipText(source.name, publishedBytesMax),
            text: source.text,
            observation_id: source.observationId,
          },
    successor:
      successor === null
        ? null
        : {
            id: clipText(successor.id, publishedBytesMax),
            model: model === null ? null : `${model.vendor}/${model.slug}`,
          },
  };
}

export function endMovedEventData(change: EndChange, now: Instant): z.infer<typeof endMovedEventSchema> {
  const last = change.before?.kind != null && change.before.date === null ? undefined : change.after.movedFrom.at(-1);
  return { ...endSubjectData(change, now), moved_from: last === undefined ? null : movedFromData(last) };
}

function movedFromData({ date, kind, feed, because }: EndMove): z.infer<typeof movedFromSchema> {
  return { date: formatEndDate(date), date_precision: date.precision, kind, feed, because };
}

export function endedEventData(change: EndChange, now: Instant): z.infer<typeof endedEventSchema> {
  return { ...endSubjectData(change, now), evidence: change.after.evidence.slice(0, endEvidenceMax) };
}
