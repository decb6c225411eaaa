import { z } from 'zod';
import { daysLeft, type EndMove, type EndSource, type EndState, formatEndDate } from '../ends/end.ts';
import { endKinds, endScopes } from '../feeds/stated-end.ts';
import { trusts } from '../feeds/trust.ts';
import { formatInstant, type Instant } from '../instant.ts';
import { modelsPagePath } from '../public-url.ts';
import { clipText, instantText, pageLink } from './event-fields.ts';
import { modelLinks } from './model-event.ts';

/** What every message about an end has in common. */

const sourcesMax = 3;
const movesMax = 5;
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
  .meta({ id: 'MessageEndSource', description: 'What a source states.' });

const successorSchema = z
  .object({
    id: z.string().meta({ description: 'Id of the recommended model, as published. A long id is truncated.' }),
    model: z.string().nullable().meta({
      description: 'Vendor and slug of the model that the id names. Null if the identity data does not recognise it.',
    }),
  })
  .meta({ id: 'MessageEndSuccessor', description: 'The model that a source recommends instead.' });

export const endMoveSchema = z
  .object({
    date: z.string().max(dateCharsMax).meta({ description: 'The earlier date: a day or a month.' }),
    date_precision: z.enum(['day', 'month']).meta({ description: 'Precision of the date.' }),
    kind: z.enum(endKinds).meta({ description: 'How final it was.' }),
    feed: z.string().meta({ description: 'Slug of the feed that stated it.' }),
    until: instantText('Until when it stood.'),
    because: z.enum(['moved', 'withdrawn', 'other_source']).meta({
      description:
        'Why it no longer stands: the same row states another date, no row states one any more, or another source decides.',
    }),
  })
  .meta({ id: 'MessageEndMove', description: 'A date from which the end moved.' });

export const messageEndSchema = z
  .object({
    vendor: z.string().meta({ description: 'Vendor of the id.' }),
    id: z.string().meta({ description: 'The id that ends, without the names of hosts and vendors around it.' }),
    scope: z.enum(endScopes).meta({ description: 'What ends: the service of the vendor or of a host, or a plan.' }),
    host: z.string().nullable().meta({ description: 'The host. Null unless the scope is `host`.' }),
    kind: z.enum(endKinds).nullable().meta({
      description: 'How final the date is; `earliest` may still move back. Null if no source states an end any more.',
    }),
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
    known_at: instantText('When the feed that shows this state first showed it.'),
    sources: z
      .array(sourceSchema)
      .meta({ description: `At most ${sourcesMax} of the sources. The first decides. Empty if none states an end.` }),
    successor: successorSchema.nullable().meta({ description: 'Null if no source recommends a model instead.' }),
    moved_from: z
      .array(endMoveSchema)
      .meta({ description: `At most the last ${movesMax} of the earlier dates, oldest first.` }),
  })
  .meta({ id: 'MessageEnd', description: 'The stated end of an id.' });

export const endLinksSchema = z
  .object({
    model: z.string().optional().meta({ description: 'The model, if the id names one.' }),
    page: pageLink,
    ends: z.string().optional().meta({ description: 'The ends of the vendor, if the id names no model.' }),
    watch: z.string().optional().meta({ description: 'The watch, if the event is about all its ids.' }),
  })
  .meta({ id: 'MessageEndLinks', description: 'Links: URLs if OUTTURN_PUBLIC_URL is set; otherwise paths.' });

/** The model of an end; null for an alias of changing models. */
export function messageModel({ model: { vendor, slug, family, version, tier } }: Pick<EndState, 'model'>) {
  return slug === null ? null : { id: `${vendor}/${slug}`, vendor, slug, family, version, tier };
}

export function endLinks({ model: { vendor, slug } }: Pick<EndState, 'model'>): z.infer<typeof endLinksSchema> {
  if (slug !== null) return modelLinks(vendor, slug);
  return { ends: `/v1/ends?vendor=${encodeURIComponent(vendor)}&state=all`, page: modelsPagePath(vendor) };
}

/** An end at the time of an event. `knownAt` is when it became known as it is now. */
export function messageEnd(
  end: EndState,
  { knownAt, now }: { readonly knownAt: Instant; readonly now: Instant },
): z.infer<typeof messageEndSchema> {
  const { model, id, scope, host, kind, date, statedSince, sources, movedFrom, successor } = end;
  const named = successor?.model ?? null;
  return {
    vendor: model.vendor,
    id,
    scope,
    host,
    kind,
    date: date === null ? null : formatEndDate(date),
    date_precision: date?.precision ?? null,
    days_left: date === null ? null : daysLeft(date, now),
    stated_since: statedSince === null ? null : formatInstant(statedSince),
    known_at: formatInstant(knownAt),
    sources: sources.slice(0, sourcesMax).map(sourceData),
    successor:
      successor === null
        ? null
        : {
            id: clipText(successor.id, publishedBytesMax),
            model: named === null ? null : `${named.vendor}/${named.slug}`,
          },
    moved_from: movedFrom.slice(-movesMax).map(endMoveData),
  };
}

function sourceData({ feed, trust, name, text, observationId }: EndSource): z.infer<typeof sourceSchema> {
  return { feed, trust, name: clipText(name, publishedBytesMax), text, observation_id: observationId };
}

export function endMoveData({ date, kind, feed, to, because }: EndMove): z.infer<typeof endMoveSchema> {
  return {
    date: formatEndDate(date),
    date_precision: date.precision,
    kind,
    feed,
    until: formatInstant(to),
    because,
  };
}
