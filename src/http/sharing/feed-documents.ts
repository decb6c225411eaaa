import { generateAtomFeed, generateJsonFeed } from 'feedsmith';
import type { Instant } from '../../domain/instant.ts';
import { removeNonXml } from '../../domain/sharing/badge.ts';

/** Atom and JSON Feed, whatever their entries are about. */

/** A tag URI (RFC 4151) on the reserved domain `.invalid` keeps the id stable if the service moves to another host. */
export const stableId = (id: string): string => `tag:outturn.invalid,2025:${id}`;

/** Where the links of entries lead: to the page if there are pages, and to the JSON. */
type Site = { readonly base: string; readonly hasPages: boolean };

export type Entry = {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly at: Instant;
  /** Its category. */
  readonly term: string;
  /** Paths of the page and of the JSON that it is about. */
  readonly page: string;
  readonly json: string;
};

type Feed = {
  readonly title: string;
  /** Its own path without the suffix, and with its filter after that. */
  readonly path: string;
  readonly query?: string;
  readonly entries: readonly Entry[];
};

export function renderAtom(feed: Feed, { base, hasPages }: Site, id: string): string {
  const { title, path, query = '', entries } = feed;
  return generateAtomFeed({
    id,
    title: { value: removeNonXml(title) },
    updated: new Date(entries[0]?.at ?? 0),
    authors: [{ name: 'Outturn' }],
    links: [{ rel: 'self', type: 'application/atom+xml', href: `${base}${path}.atom${query}` }],
    entries: entries.map((entry) => ({
      id: stableId(entry.id),
      title: { value: removeNonXml(entry.title) },
      updated: new Date(entry.at),
      links: [
        ...(hasPages ? [{ rel: 'alternate', type: 'text/html', href: `${base}${entry.page}` }] : []),
        { rel: 'alternate', type: 'application/json', href: `${base}${entry.json}` },
      ],
      categories: [{ term: entry.term }],
      summary: { value: removeNonXml(entry.text) },
    })),
  });
}

export function renderJsonFeed({ title, path, query = '', entries }: Feed, { base, hasPages }: Site): string {
  const feed = generateJsonFeed({
    title,
    ...(hasPages ? { home_page_url: `${base}/` } : {}),
    feed_url: `${base}${path}.json${query}`,
    items: entries.map((entry) => ({
      id: stableId(entry.id),
      ...(hasPages
        ? {
            url: `${base}${entry.page}`,
            attachments: [{ url: `${base}${entry.json}`, mime_type: 'application/json' }],
          }
        : { url: `${base}${entry.json}` }),
      title: entry.title,
      content_text: entry.text,
      date_published: new Date(entry.at),
      tags: [entry.term],
    })),
  });
  // JSON Feed requires `items`; feedsmith leaves out an empty list. It types its object as unknown.
  return JSON.stringify({ items: [], ...(feed as object) });
}
