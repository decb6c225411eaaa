import type { Hono } from 'hono';
import type { HttpDeps, HttpEnv } from '../deps.ts';
import { routeOf } from '../server/methods.ts';
import { addAssets } from './assets.ts';
import { boardPage } from './board.tsx';
import { cardPage } from './card.tsx';
import { casePage } from './case.tsx';
import { casesPage } from './cases.tsx';
import { decisionForm } from './decision.tsx';
import { feedPage } from './feed.tsx';
import { feedsPage } from './feeds.tsx';
import type { Form } from './form.ts';
import { modelPage } from './model.tsx';
import { modelsPage } from './models.tsx';
import { observationPage } from './observation.tsx';
import { respondWithOEmbed } from './oembed.ts';
import type { Page } from './page.tsx';
import { predictionPage } from './prediction.tsx';
import { predictorPage } from './predictor.tsx';
import { predictorsPage } from './predictors.tsx';
import { releasesPage } from './releases.tsx';
import { addShareImages } from './share-image.ts';
import { signInForm, signOutForm } from './sign-in.tsx';
import { sourcePage } from './source.tsx';
import { sourcesPage } from './sources.tsx';

/** Every page for people. The pages of the documentation are in `src/http/server`. */
const pages: readonly Page[] = [
  boardPage,
  predictionPage,
  cardPage,
  predictorsPage,
  predictorPage,
  sourcesPage,
  sourcePage,
  modelsPage,
  modelPage,
  releasesPage,
  feedsPage,
  feedPage,
  observationPage,
  casesPage,
  casePage,
];

/** What people fill in. */
const forms: readonly Form[] = [signInForm, signOutForm, decisionForm];

/** Adds the pages, and the style sheet that they share. */
export function addSitePages(app: Hono<HttpEnv>, http: HttpDeps): void {
  for (const { path, run } of pages) app.get(routeOf(path), (c) => run(http, c));
  for (const { path, methods, run } of forms)
    app.on(
      methods.map((method) => method.toUpperCase()),
      routeOf(path),
      (c) => run(http, c),
    );
  addShareImages(app, http);
  app.get('/oembed', (c) => respondWithOEmbed(http, c));
  addAssets(app);
}
