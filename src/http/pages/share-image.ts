import { createRequire } from 'node:module';
import type { Context, Hono } from 'hono';
import { Refusal } from '../../domain/refusal.ts';
import type { HttpDeps, HttpEnv } from '../deps.ts';
import { respondWithError } from '../operation/errors.ts';
import { contentTag, isCached } from '../operation/etag.ts';
import { makeResponse } from '../operation/headers.ts';
import { readPathParameters } from '../operation/input.ts';
import { readPrediction } from './prediction-json.ts';
import { admitReader } from './session.ts';
import { cardWidth, shareCard } from './share-card.tsx';

/** Images that a process keeps, each of about 20 kB. */
const keptMax = 200;

const fonts = ['dejavu-fonts-ttf/ttf/DejaVuSans.ttf', 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'];

/** The images of the SVG texts that were rendered last, by the hash of the text. */
const kept = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
/** One image at a time: rendering one takes a core for about a tenth of a second. */
let rendering: Promise<unknown> = Promise.resolve();

/** Adds `/predictions/{slug}/image.png`, the image that sites show with a link to a prediction. */
export function addShareImages(app: Hono<HttpEnv>, http: HttpDeps): void {
  app.get('/predictions/:slug/image.png', async (c: Context<HttpEnv>) => {
    try {
      const { caller } = await admitReader(http, c);
      readPathParameters(c);
      const prediction = await readPrediction(http, c.req.param('slug') ?? '', null);
      const svg = shareCard(prediction);
      const tag = contentTag(svg);
      const headers = {
        etag: tag,
        'cache-control': caller === null && http.publicRead ? 'no-cache' : 'private, no-cache',
        'cross-origin-resource-policy': 'cross-origin',
        vary: 'Authorization, Cookie',
      };
      if (isCached(c.req.header('if-none-match'), tag)) return makeResponse(c, null, { status: 304, headers });
      const body = await renderOnce(tag, svg);
      return makeResponse(c, body, { status: 200, headers: { ...headers, 'content-type': 'image/png' } });
    } catch (error) {
      return respondWithError(error, c, http);
    }
  });
}

/** The image of an SVG text, rendered once for all who ask for it. */
function renderOnce(key: string, svg: string): Promise<Uint8Array<ArrayBuffer>> {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const image = rendering.then(() => render(svg));
  rendering = image.catch(() => {});
  kept.set(key, image);
  image.catch(() => kept.delete(key));
  const [oldest] = kept.keys();
  if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
  return image;
}

async function render(svg: string): Promise<Uint8Array<ArrayBuffer>> {
  // Loaded when it is first needed: it has a library for each platform, and there is none for some.
  const { renderAsync } = await import('@resvg/resvg-js').catch(() => {
    throw new Refusal('service_unavailable', 'images cannot be rendered on this platform');
  });
  const { resolve } = createRequire(import.meta.url);
  const image = await renderAsync(svg, {
    fitTo: { mode: 'width', value: cardWidth },
    font: {
      fontFiles: fonts.map((name) => resolve(name)),
      loadSystemFonts: false,
      defaultFontFamily: 'DejaVu Sans',
    },
  });
  return new Uint8Array(image.asPng());
}
