import { z } from '@hono/zod-openapi';
import { modelPagePath, modelsPagePath } from '../../domain/public-url.ts';
import { eventSentence } from '../../domain/webhooks/slack.ts';
import { getInstallationName } from '../../services/events/epoch.ts';
import { listEndEvents } from '../../services/events/event-log.ts';
import { watchExample } from '../model-watches/examples.ts';
import { filterText } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { eventExample } from '../predictions/examples.ts';
import { type Entry, renderAtom, renderJsonFeed, stableId } from './feed-documents.ts';

const tag = 'For other sites';
/** Number of events in a feed. */
const entriesMax = 50;
/** Lifetime of a feed in caches. */
const feedSecondsMax = 300;
const title = 'Outturn: ends of models';

const query = {
  watch: filterText('The id or the name of a watch.', watchExample.name),
  vendor: filterText('Vendor of the model.', 'openai'),
  family: filterText('Family of the model.', 'gpt'),
};

type Query = { readonly [Name in keyof typeof query]?: string | undefined };
type Event = Awaited<ReturnType<typeof listEndEvents>>[number];

const dataSchema = z.object({
  data: z.object({
    model: z.object({ vendor: z.string(), slug: z.string() }).nullish(),
    end: z.object({ vendor: z.string() }).optional(),
    links: z.object({ ends: z.string().optional() }),
    watches: z.array(z.string()).optional(),
  }),
});

/**
 * An event about a model leads to the model; one about an alias to the ends, and the first message about a watch to the watch.
 * The page of both is that of the models.
 */
function entryOf({ id, type, occurredAt, body }: Event): Entry[] {
  const found = dataSchema.safeParse(JSON.parse(body));
  if (!found.success) return [];
  const { model, end, links, watches = [] } = found.data.data;
  const sentence = eventSentence(body);
  const subject = links.ends === undefined ? `/v1/watches/${watches[0]}` : '/v1/ends';
  const json = model == null ? subject : `/v1/models/${model.vendor}/${model.slug}`;
  const page = model == null ? modelsPagePath(end?.vendor ?? null) : modelPagePath(model.vendor, model.slug);
  return [{ id, title: sentence, text: sentence, at: occurredAt, term: type, page, json }];
}

function feedOf(events: readonly Event[], filter: Query) {
  const given = Object.entries(filter).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  const text = new URLSearchParams(given).toString();
  const subject = given.map(([, value]) => value).join(', ');
  return {
    title: subject === '' ? title : `${title} (${subject})`,
    path: '/feeds/ends',
    query: text === '' ? '' : `?${text}`,
    entries: events.flatMap(entryOf),
  };
}

const shared = { method: 'get', tag, access: 'read', toleratesLag: true, query } as const;

function filterOf({ watch, vendor, family }: Query) {
  return { watch: watch ?? null, vendor, family };
}

const atom = operation({
  ...shared,
  path: '/feeds/ends.atom',
  operationId: 'getEndsAtomFeed',
  summary: 'Get the events about ends as an Atom feed',
  description: `Returns the newest ${entriesMax} events about ends of models as Atom (RFC 4287): \`model.ending\`, \`end_moved\`, \`ended\`, \`suspended\`, \`reinstated\` and \`successor_released\`. The id of an entry is that of the event.`,
  response: {
    status: 200,
    description: 'The feed.',
    schema: z.string(),
    example: `<feed xmlns="http://www.w3.org/2005/Atom"><id>${stableId('k3v9x2m4/ends')}</id></feed>`,
    mediaType: 'application/atom+xml',
  },
  handle: async ({ services }, input) => {
    const feed = feedOf(await listEndEvents(services, filterOf(input.query), entriesMax), input.query);
    const id = stableId(`${await getInstallationName(services)}/ends${feed.query}`);
    return {
      text: renderAtom(feed, { base: input.target.base(), hasPages: services.hasPages }, id),
      mediaType: 'application/atom+xml',
      secondsMax: feedSecondsMax,
    };
  },
});

const json = operation({
  ...shared,
  path: '/feeds/ends.json',
  operationId: 'getEndsJsonFeed',
  summary: 'Get the events about ends as a JSON Feed',
  description: `Returns the newest ${entriesMax} events about ends of models as JSON Feed 1.1.`,
  response: {
    status: 200,
    description: 'The feed.',
    schema: z.record(z.string(), z.unknown()).meta({ id: 'EndsJsonFeed', description: 'A JSON Feed 1.1.' }),
    example: {
      version: 'https://jsonfeed.org/version/1.1',
      title,
      items: [{ id: stableId(eventExample.id), content_text: 'gpt-5-2025-08-07 has ended.' }],
    },
    mediaType: 'application/feed+json',
  },
  handle: async ({ services }, input) => {
    const feed = feedOf(await listEndEvents(services, filterOf(input.query), entriesMax), input.query);
    return {
      text: renderJsonFeed(feed, { base: input.target.base(), hasPages: services.hasPages }),
      mediaType: 'application/feed+json',
      secondsMax: feedSecondsMax,
    };
  },
});

export const endFeedOperations = [atom, json];
