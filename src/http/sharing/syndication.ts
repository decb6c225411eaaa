import { z } from '@hono/zod-openapi';
import { formatInstant } from '../../domain/instant.ts';
import { linkTo } from '../../domain/public-url.ts';
import { escapeXml } from '../../domain/sharing/badge.ts';
import { listNewestResolutions } from '../../services/predictions/resolutions.ts';
import { operation } from '../operation/operation.ts';
import { resolutionExample } from '../predictions/examples.ts';

const tag = 'For other sites';
/** Resolutions that a feed holds, the newest first. */
const entriesMax = 50;
/** Readers may keep a feed so long before they ask again. */
const feedSecondsMax = 300;
const title = 'Outturn: what predictions came to';

type Entry = Awaited<ReturnType<typeof listNewestResolutions>>[number];

/** The same for ever, whatever this service is called today: a tag URI (RFC 4151) on a name that belongs to nobody. */
const stableId = (id: string): string => `tag:outturn.invalid,2025:${id}`;
const titleOf = ({ statement, outcome, supersedes }: Entry): string =>
  `${outcome}${supersedes === null ? '' : ' (corrected)'}: ${statement}`;
const addressOf = (base: string, entry: Entry): string => `${base}/v1/predictions/${entry.predictionId}`;

function renderAtom(entries: readonly Entry[], base: string): string {
  const updated = formatInstant(entries[0]?.decidedAt ?? 0);
  const rendered = entries.map((entry) =>
    [
      '<entry>',
      `<id>${stableId(entry.id)}</id>`,
      `<title>${escapeXml(titleOf(entry))}</title>`,
      `<updated>${formatInstant(entry.decidedAt)}</updated>`,
      `<link rel="alternate" type="application/json" href="${escapeXml(addressOf(base, entry))}"/>`,
      `<category term="${entry.outcome}"/>`,
      `<summary>${escapeXml(entry.reason)}</summary>`,
      '</entry>',
    ].join('\n'),
  );
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    `<id>${stableId('resolutions')}</id>`,
    `<title>${title}</title>`,
    `<updated>${updated}</updated>`,
    '<author><name>Outturn</name></author>',
    `<link rel="self" type="application/atom+xml" href="${escapeXml(base)}/feeds/resolutions.atom"/>`,
    ...rendered,
    '</feed>\n',
  ].join('\n');
}

function renderJsonFeed(entries: readonly Entry[], base: string): string {
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title,
    feed_url: `${base}/feeds/resolutions.json`,
    items: entries.map((entry) => ({
      id: stableId(entry.id),
      url: addressOf(base, entry),
      title: titleOf(entry),
      content_text: entry.reason,
      date_published: formatInstant(entry.decidedAt),
      tags: [entry.outcome],
    })),
  });
}

const atom = operation({
  method: 'get',
  path: '/feeds/resolutions.atom',
  operationId: 'getAtomFeed',
  tag,
  summary: 'What resolved, as an Atom feed',
  description: `The newest ${entriesMax} resolutions (RFC 4287), corrections included.`,
  access: 'read',
  bearsLag: true,
  answer: {
    status: 200,
    description: 'The feed.',
    schema: z.string(),
    example: `<feed xmlns="http://www.w3.org/2005/Atom"><id>${stableId('resolutions')}</id></feed>`,
    mediaType: 'application/atom+xml',
  },
  handle: async ({ services }, { target }) => {
    const entries = await listNewestResolutions(services, entriesMax);
    return { text: renderAtom(entries, target.base), mediaType: 'application/atom+xml', secondsMax: feedSecondsMax };
  },
});

const json = operation({
  method: 'get',
  path: '/feeds/resolutions.json',
  operationId: 'getJsonFeed',
  tag,
  summary: 'What resolved, as a JSON Feed',
  description: `The newest ${entriesMax} resolutions (JSON Feed 1.1), corrections included.`,
  access: 'read',
  bearsLag: true,
  answer: {
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
      text: renderJsonFeed(entries, target.base),
      mediaType: 'application/feed+json',
      secondsMax: feedSecondsMax,
    };
  },
});

/** Paths where nobody said how others call this service; they hold against the address of the document itself. */
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
  summary: 'Where the API is described',
  description: 'The catalogue of APIs of this host (RFC 9727), as a link set (RFC 9264).',
  access: 'open',
  answer: {
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
