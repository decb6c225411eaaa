import { z } from 'zod';
import { feedPagePath } from '../public-url.ts';

/** Fields that several types of events have in common. */

export function instantText(description: string) {
  return z.string().meta({ description, example: '2025-08-08T00:00:00Z', format: 'date-time' });
}

export const feedSchema = z
  .object({ id: z.string(), slug: z.string() })
  .meta({ id: 'MessageFeed', description: 'The feed.' });

export const pageLink = z.string().optional().meta({ description: 'URL or path of the page, if there are pages.' });

export const feedLinksSchema = z.object({
  feed: z.string().meta({ description: 'URL if OUTTURN_PUBLIC_URL is set; otherwise a path.' }),
  page: pageLink,
});

export function feedLinks(slug: string): z.infer<typeof feedLinksSchema> {
  return { feed: `/v1/feeds/${slug}`, page: feedPagePath(slug) };
}

/** The text, or its beginning with an ellipsis: at most `bytesMax` bytes in JSON, without the quotes. */
export function clipText(text: string, bytesMax: number): string {
  if (jsonBytes(text) <= bytesMax) return text;
  let clipped = '';
  let size = jsonBytes('…');
  for (const character of text) {
    size += jsonBytes(character);
    if (size > bytesMax) break;
    clipped += character;
  }
  return `${clipped}…`;
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text), 'utf8') - 2;
}
