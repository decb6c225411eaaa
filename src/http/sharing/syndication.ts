import { z } from '@hono/zod-openapi';
import { linkTo, predictionPagePath } from '../../domain/public-url.ts';
import { getInstallationName } from '../../services/events/epoch.ts';
import { listNewestResolutions } from '../../services/predictions/resolutions.ts';
import { operation } from '../operation/operation.ts';
import { resolutionExample } from '../predictions/examples.ts';
import { type Entry, renderAtom, renderJsonFeed, stableId } from './feed-documents.ts';

const tag = 'For other sites';
/** Number of resolutions in a feed. */
const entriesMax = 50;
/** Lifetime of a feed in caches. */
const feedSecondsMax = 300;
const title = 'Outturn: resolutions';

/** Feed readers identify a feed by its id, so every installation has its own. */
const feedIdOf = (installation: string): string => stableId(`${installation}/resolutions`);

type Resolution = Awaited<ReturnType<typeof listNewestResolutions>>[number];

function entryOf(resolution: Resolution): Entry {
  const { id, statement, outcome, supersedes, reason, decidedAt, predictionId, slug } = resolution;
  return {
    id,
    title: `${outcome}${supersedes === null ? '' : ' (corrected)'}: ${statement}`,
    text: reason,
    at: decidedAt,
    term: outcome,
    page: predictionPagePath(slug),
    json: `/v1/predictions/${predictionId}`,
  };
}

const feedOf = (resolutions: readonly Resolution[]) => ({
  title,
  path: '/feeds/resolutions',
  entries: resolutions.map(entryOf),
});

const atom = operation({
  method: 'get',
  path: '/feeds/resolutions.atom',
  operationId: 'getAtomFeed',
  tag,
  summary: 'Get the resolutions as an Atom feed',
  description: `Returns the newest ${entriesMax} resolutions, including corrections, as Atom (RFC 4287).`,
  access: 'read',
  toleratesLag: true,
  response: {
    status: 200,
    description: 'The feed.',
    schema: z.string(),
    example: `<feed xmlns="http://www.w3.org/2005/Atom"><id>${feedIdOf('k3v9x2m4')}</id></feed>`,
    mediaType: 'application/atom+xml',
  },
  handle: async ({ services }, { target }) => {
    const entries = await listNewestResolutions(services, entriesMax);
    const installation = await getInstallationName(services);
    return {
      text: renderAtom(feedOf(entries), { base: target.base(), hasPages: services.hasPages }, feedIdOf(installation)),
      mediaType: 'application/atom+xml',
      secondsMax: feedSecondsMax,
    };
  },
});

const json = operation({
  method: 'get',
  path: '/feeds/resolutions.json',
  operationId: 'getJsonFeed',
  tag,
  summary: 'Get the resolutions as a JSON Feed',
  description: `Returns the newest ${entriesMax} resolutions, including corrections, as JSON Feed 1.1.`,
  access: 'read',
  toleratesLag: true,
  response: {
    status: 200,
    description: 'The feed.',
    schema: z.record(z.string(), z.unknown()).meta({ id: 'JsonFeed', description: 'A JSON Feed 1.1.' }),
    example: {
      version: 'https://jsonfeed.org/version/1.1',
      title,
      items: [{ id: stableId(resolutionExample.id), content_text: resolutionExample.reason }],
    },
    mediaType: 'application/feed+json',
  },
  handle: async ({ services }, { target }) => {
    const entries = await listNewestResolutions(services, entriesMax);
    return {
      text: renderJsonFeed(feedOf(entries), { base: target.base(), hasPages: services.hasPages }),
      mediaType: 'application/feed+json',
      secondsMax: feedSecondsMax,
    };
  },
});

/** Without a public URL the links are paths, which resolve against the URL of the catalogue. */
const linksetOf = (publicUrl: string | null) => ({
  linkset: [
    {
      anchor: linkTo(publicUrl, '/v1'),
      'service-desc': [
        { href: linkTo(publicUrl, '/openapi.json'), type: 'application/json' },
        { href: linkTo(publicUrl, '/openapi.yaml'), type: 'application/yaml' },
      ],
      'service-doc': [{ href: linkTo(publicUrl, '/docs'), type: 'text/html' }],
      alternate: [
        { href: linkTo(publicUrl, '/feeds/resolutions.atom'), type: 'application/atom+xml' },
        { href: linkTo(publicUrl, '/feeds/resolutions.json'), type: 'application/feed+json' },
        { href: linkTo(publicUrl, '/feeds/ends.atom'), type: 'application/atom+xml' },
        { href: linkTo(publicUrl, '/feeds/ends.json'), type: 'application/feed+json' },
        { href: linkTo(publicUrl, '/calendar.ics'), type: 'text/calendar' },
      ],
      status: [{ href: linkTo(publicUrl, '/readyz'), type: 'application/json' }],
    },
  ],
});

const catalog = operation({
  method: 'get',
  path: '/.well-known/api-catalog',
  operationId: 'getApiCatalog',
  tag,
  summary: 'Get the API catalogue',
  description:
    'Returns links to the description, the documentation and the feeds of this API: an API catalogue (RFC 9727) as a link set (RFC 9264).',
  access: 'open',
  response: {
    status: 200,
    description: 'The links.',
    schema: z.record(z.string(), z.unknown()).meta({ id: 'LinkSet', description: 'A link set (RFC 9264).' }),
    example: linksetOf(null),
    mediaType: 'application/linkset+json',
  },
  handle: async ({ services }) => ({
    text: JSON.stringify(linksetOf(services.publicUrl)),
    mediaType: 'application/linkset+json',
  }),
});

export const syndicationOperations = [atom, json, catalog];
