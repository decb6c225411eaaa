import { z } from 'zod';
import type { EndState } from '../ends/end.ts';
import type { Instant } from '../instant.ts';
import { modelsPagePath } from '../public-url.ts';
import { endedModelField } from './end-event.ts';
import { eventBytesMax } from './event.ts';
import { endLinks, endLinksSchema, messageEnd, messageEndSchema, messageModel } from './message-end.ts';
import { eventWatchesMax, watchesField } from './model-event.ts';

const endingSchema = z
  .object({ model: endedModelField, end: messageEndSchema })
  .meta({ id: 'MessageEnding', description: 'A model of a watch, and its end.' });

export const endingEventSchema = z.object({
  first_sight: z.boolean().meta({
    description:
      'True for the message about everything that was due when a watch got new ids, or when an endpoint began to filter by it; it has `endings` instead of one model.',
  }),
  model: endedModelField.optional(),
  end: messageEndSchema.optional(),
  notice_day: z.int().optional().meta({ description: 'The notice day that has come, in days before the end.' }),
  endings: z.array(endingSchema).optional().meta({
    description: 'The most urgent of these endings, as many as fit into the message. Only if `first_sight`.',
  }),
  endings_count: z.int().optional().meta({ description: 'Number of all of them. Only if `first_sight`.' }),
  watches: watchesField,
  links: endLinksSchema,
});

function endingOf(end: EndState, now: Instant): z.infer<typeof endingSchema> {
  return { model: messageModel(end), end: messageEnd(end, { knownAt: end.knownFrom, now }) };
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
    links: endLinks(end),
  };
}

/** The page of the model if it is about one, or else of the models of its vendor, or of all. */
function pageOfAll(ends: readonly EndState[]): string {
  const pages = new Set(ends.map((end) => endLinks(end).page ?? modelsPagePath(end.model.vendor)));
  const [page] = pages;
  if (page !== undefined && pages.size === 1) return page;
  const [vendor = null, ...others] = new Set(ends.map(({ model }) => model.vendor));
  return modelsPagePath(others.length === 0 ? vendor : null);
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
  const links = { watch: `/v1/watches/${watchId}`, page: pageOfAll(ends) };
  return { first_sight: true, endings, endings_count: ends.length, watches: [watchId], links };
}
