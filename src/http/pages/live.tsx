import { type EventType, eventTypes } from '../../domain/events/event.ts';
import { useSite } from './site.ts';

/** The events after which a page may show something else. */
export type Live = {
  readonly types: readonly EventType[];
  /** The id of the only prediction that concerns the page. */
  readonly prediction?: string;
};

const eventsAbout = (noun: string): readonly EventType[] => eventTypes.filter((type) => type.startsWith(`${noun}.`));

export const predictionEvents = eventsAbout('prediction');
export const modelEvents = eventsAbout('model');
export const caseEvents = eventsAbout('case');
export const feedEvents = eventsAbout('feed');

const unknownTag = 'data-tag=""';

/**
 * Where `assets/pages.js` says that the page has changed. Events are only streamed to those who need no key, because the API
 * does not accept the session of a browser.
 */
export function LiveNotice({ types, prediction }: Live) {
  const { root, isPublic } = useSite();
  const query = new URLSearchParams({ type: types.join(','), ...(prediction === undefined ? {} : { prediction }) });
  const events = isPublic ? `${root}/v1/events/stream?${query}` : undefined;
  return <div class="live" role="status" data-events={events} data-tag="" />;
}

/** The page with its own tag, so that the script can ask whether there is another one. The tag is of the page without it. */
export function insertTag(html: string, tag: string): string {
  // Recorded text has no quotation marks that are not escaped.
  return html.replace(unknownTag, () => `data-tag="${tag.replaceAll('"', '&quot;')}"`);
}
