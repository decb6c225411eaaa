import type { Hono } from 'hono';
import type { HttpDeps, HttpEnv } from '../deps.ts';
import { routeOf } from '../server/methods.ts';
import { addAssets } from './assets.ts';
import { boardPage } from './board.tsx';
import type { Page } from './page.tsx';
import { predictionPage } from './prediction.tsx';

/** Every page for people. The pages of the documentation are in `src/http/server`. */
const pages: readonly Page[] = [boardPage, predictionPage];

/** Adds the pages, and the style sheet that they share. */
export function addSitePages(app: Hono<HttpEnv>, http: HttpDeps): void {
  for (const { path, run } of pages) app.get(routeOf(path), (c) => run(http, c));
  addAssets(app);
}
