import { z } from 'zod';
import { daysLeft, type EndState, formatEndDate } from '../ends/end.ts';
import { endKinds, endScopes } from '../feeds/stated-end.ts';
import { formatInstant, type Instant } from '../instant.ts';
import { eventBytesMax } from './event.ts';
import { instantText } from './event-fields.ts';
import { eventWatchesMax, modelSchema, watchesField } from './model-event.ts';

const sourcesMax = 5;
const movesMax = 5;
/** `YYYY-MM-DD` */
const dateCharsMax = 10;

const endSchema = z
  .object({
    id: z.string().meta({ description: 'The id that ends, without the names of hosts and vendors around it.' }),
    scope: z.enum(endScopes).meta({ description: 'What ends: the service of the vendor, of a host, or a plan.' }),
    host: z.string().nullable().meta({ description: 'The host. Null unless the scope is `host`.' }),
    kind: z.enum(endKinds).meta({ description: 'How final the date is. An `earliest` date may still move back.' }),
    date: z.string().max(dateCharsMax).nullable().meta({ description: 'A day, or a month if only that is stated.' }),
    stated_since: instantText('When the source that decides began to state this date.').nullable(),
    sources: z
      .array(z.object({ feed: z.string(), observation_id: z.string() }))
      .meta({ description: `At most ${sourcesMax} of the sources; the first decides.` }),
    moved_from: z
      .array(
        z.object({
          date: z.string().max(dateCharsMax).meta({ description: 'The earlier date: a day or a month.' }),
          until: instantText('Until when it stood.'),
        }),
      )
      .meta({ description: `At most the last ${movesMax} of the earlier dates.` }),
  })
  .meta({ id: 'MessageStatedEnd', description: 'The stated end of one id of a model.' });

const daysField = z
  .int()
  .nullable()
  .meta({ description: 'Days from the event until the date, in UTC. Negative after it.' });
const successorField = z
  .string()
  .nullable()
  .meta({ description: 'The id that a source recommends instead, as published. Null if none does.' });

const endingSchema = z
  .object({ model: modelSchema, end: endSchema, days_left: daysField, successor: successorField })
  .meta({ id: 'MessageEnding', description: 'A model of a watch, and its end.' });

export const endingEventSchema = z.object({
  first_sight: z.boolean().meta({
    description:
      'True for the message about everything that was due when a watch got new ids, or when an endpoint began to filter by it; it has `endings` instead of one model.',
  }),
  model: modelSchema.optional(),
  end: endSchema.optional(),
  notice_day: z.int().optional().meta({ description: 'The notice day that has come, in days before the end.' }),
  days_left: daysField.optional(),
  successor: successorField.optional(),
  endings: z.array(endingSchema).optional().meta({
    description: 'The most urgent of these endings, as many as fit into the message. Only if `first_sight`.',
  }),
  endings_count: z.int().optional().meta({ description: 'Number of all of them. Only if `first_sight`.' }),
  watches: watchesField,
  links: z.object({
    model: z.string().optional().meta({ description: 'URL or path of the model.' }),
    page: z.string().optional().meta({ description: 'URL or path of its page, if there are pages.' }),
    watch: z.string().optional().meta({ description: 'URL or path of the watch. Only if `first_sight`.' }),
  }),
});

function modelData({ model: { vendor, slug, family, version, tier } }: Pick<EndState, 'model'>) {
  return { id: `${vendor}/${slug}`, vendor, slug, family, version, tier };
}

function endData({
  id,
  scope,
  host,
  kind,
  date,
  statedSince,
  sources,
  movedFrom,
}: EndState): z.infer<typeof endSchema> {
  return {
    id,
    scope,
    host,
    kind: kind ?? 'planned',
    date: date === null ? null : formatEndDate(date),
    stated_since: statedSince === null ? null : formatInstant(statedSince),
    sources: sources.slice(0, sourcesMax).map(({ feed, observationId }) => ({ feed, observation_id: observationId })),
    moved_from: movedFrom
      .slice(-movesMax)
      .map((move) => ({ date: formatEndDate(move.date), until: formatInstant(move.to) })),
  };
}

function endingOf(end: EndState, at: Instant): z.infer<typeof endingSchema> {
  const left = end.date === null ? null : daysLeft(end.date, at);
  return { model: modelData(end), end: endData(end), days_left: left, successor: end.successor?.id ?? null };
}

function linksOf({ vendor, slug }: { readonly vendor: string; readonly slug: string }) {
  return { model: `/v1/models/${vendor}/${slug}`, page: `/models/${vendor}/${slug}` };
}

/** The data of a notice that an end comes. */
export function endingEventData(
  end: EndState,
  notice: { readonly day: number; readonly watches: readonly string[]; readonly at: Instant },
): z.infer<typeof endingEventSchema> {
  return {
    first_sight: false,
    ...endingOf(end, notice.at),
    notice_day: notice.day,
    watches: notice.watches.slice(0, eventWatchesMax),
    links: linksOf(end.model),
  };
}

/** Room for the type, the time and longer links. */
const envelopeBytesMax = 2000;

/** The data of the message about everything that was due when a watch got new ids or a subscriber, the most urgent first. */
export function firstSightData(
  ends: readonly EndState[],
  { watchId, at }: { readonly watchId: string; readonly at: Instant },
): z.infer<typeof endingEventSchema> {
  const endings: z.infer<typeof endingSchema>[] = [];
  let bytes = envelopeBytesMax;
  for (const end of ends) {
    const ending = endingOf(end, at);
    bytes += Buffer.byteLength(JSON.stringify(ending), 'utf8') + 1;
    if (bytes > eventBytesMax) break;
    endings.push(ending);
  }
  const links = { watch: `/v1/watches/${watchId}` };
  return { first_sight: true, endings, endings_count: ends.length, watches: [watchId], links };
}
