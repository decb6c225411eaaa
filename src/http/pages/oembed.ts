import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { Refusal } from '../../domain/refusal.ts';
import { escapeXml } from '../../domain/sharing/badge.ts';
import type { HttpDeps, HttpEnv } from '../deps.ts';
import { admit } from '../operation/admit.ts';
import { respondWithError } from '../operation/errors.ts';
import { urlCharsMax } from '../operation/fields.ts';
import { baseOf, parseInput, readQuery, searchOf } from '../operation/input.ts';
import { replyContextOf, respond } from '../operation/reply.ts';
import { cardHeightPx, cardWidthPx } from './card.tsx';
import { readPrediction } from './prediction-json.ts';

/** Lifetime of an oEmbed document in caches, in seconds. */
const oEmbedSecondsMax = 300;

/** Consumers may send a parameter of their own. */
const query = z.object({
  url: z.url('must be the address of the page of a prediction').max(urlCharsMax),
  format: z.literal('json', 'must be json; XML is not supported').optional(),
  maxwidth: pixels().optional(),
  maxheight: pixels().optional(),
});

function pixels() {
  return z
    .string()
    .regex(/^[1-9]\d{0,4}$/, 'must be a number of pixels')
    .transform(Number);
}

/** The path of the oEmbed document of a page. */
export function oEmbedPath(pageUrl: string): string {
  return `/oembed?format=json&url=${encodeURIComponent(pageUrl)}`;
}

/** Responds with the oEmbed document (https://oembed.com) of a prediction: a frame with its card. */
export async function respondWithOEmbed(http: HttpDeps, c: Context<HttpEnv>): Promise<Response> {
  try {
    const caller = await admit(http, c, 'read');
    const { url, maxwidth, maxheight } = parseInput(query, readQuery(searchOf(c)), 'query');
    const base = baseOf(http, c);
    const prediction = await readPrediction(http, slugOf(url, base), null);
    const width = Math.min(cardWidthPx, maxwidth ?? cardWidthPx);
    const height = Math.min(cardHeightPx, maxheight ?? cardHeightPx);
    const body = {
      version: '1.0',
      type: 'rich',
      provider_name: 'Outturn',
      provider_url: `${base}/`,
      title: prediction.statement,
      ...(prediction.predictor === null ? {} : { author_name: prediction.predictor.name }),
      cache_age: oEmbedSecondsMax,
      html: frameOf({ base, slug: prediction.slug, statement: prediction.statement, width, height }),
      width,
      height,
    };
    const context = replyContextOf({ access: 'read', method: 'get' }, http, caller);
    return await respond(c, context, { body, secondsMax: oEmbedSecondsMax });
  } catch (error) {
    return respondWithError(error, c, http);
  }
}

type Frame = {
  readonly base: string;
  readonly slug: string;
  readonly statement: string;
  readonly width: number;
  readonly height: number;
};

/** The HTML that shows the card of a prediction on another site. */
export function frameOf({ base, slug, statement, width, height }: Frame): string {
  return `<iframe src="${base}/embed/${slug}" title="${escapeXml(statement)}" width="${width}" height="${height}" loading="lazy" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>`;
}

/** The slug in the address of a page of this service. Refuses with `not_found` for any other address. */
function slugOf(url: string, base: string): string {
  const start = `${base}/predictions/`;
  const slug = url.startsWith(start) ? /^[A-Za-z0-9._~-]{1,128}/.exec(url.slice(start.length))?.[0] : undefined;
  if (slug === undefined)
    throw new Refusal('not_found', `only pages below ${start} can be embedded; send the address of one`);
  return slug;
}
