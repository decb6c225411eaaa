import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Context, Hono } from 'hono';
import { packageRoot } from '../../package-root.ts';
import type { HttpEnv } from '../deps.ts';
import { problemKinds } from '../operation/errors.ts';
import { isCached } from '../operation/etag.ts';
import { type Asset, makeAsset, representAsset } from './asset.ts';
import { guideStyle, renderGuide, renderGuideIndex } from './guide-pages.ts';
import { guides, readGuide } from './guides.ts';
import { renderLlmsText } from './llms-text.ts';
import { referencePage, referenceScript } from './reference.ts';

/** Allows nothing from other hosts and nothing inline; the reference needs neither. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Pages of text have no scripts. */
const textPolicy =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const assetSecondsMax = 3600;

/** The page to which the `type` of a problem links. */
function renderProblems(): string {
  const entries = Object.entries(problemKinds).map(
    ([code, { status, title }]) => `<dt id="${code}"><code>${code}</code> (${status})</dt>\n<dd>${title}.</dd>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Outturn problems</title>
<link rel="icon" type="image/png" href="favicon-32x32.png">
</head>
<body>
<main>
<h1>Problems</h1>
<p>Every error is <code>application/problem+json</code> (RFC 9457). Its <code>code</code> is one of these. Its <code>detail</code> and <code>errors</code> describe the request.</p>
<dl>
${entries.join('\n')}
</dl>
<p><a href="../docs">API reference</a></p>
</main>
</body>
</html>
`;
}

const html = 'text/html; charset=utf-8';
const plain = 'text/plain; charset=utf-8';
const markdown = 'text/markdown; charset=utf-8';
const css = 'text/css; charset=utf-8';
const script = 'text/javascript; charset=utf-8';

/** The files of swagger-ui-dist that are served, with their media types. */
const distributed: Readonly<Record<string, string>> = {
  'swagger-ui-bundle.js': script,
  'swagger-ui.css': css,
  'favicon-32x32.png': 'image/png',
};

type File = { readonly asset: Asset; readonly cacheControl: string; readonly policy?: string };

/** Adds the pages for people: the API reference, the guides and the documentation of problems and versions. */
export function addPages(app: Hono<HttpEnv>): void {
  const directory = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const assets = new Map<string, File>();
  const asset = (name: string, mediaType: string): File => {
    const file =
      assets.get(name) ??
      makeFile(new Uint8Array(readFileSync(join(directory, name))), mediaType, `public, max-age=${assetSecondsMax}`);
    assets.set(name, file);
    return file;
  };
  const pages: Readonly<Record<string, File>> = {
    '/docs': makeFile(referencePage, html, 'no-cache'),
    '/docs/problems': makeFile(renderProblems(), html, 'no-cache'),
    '/docs/versioning': makeFile(readFileSync(join(packageRoot(), 'docs', 'versioning.md'), 'utf8'), plain, 'no-cache'),
    '/docs/reference.js': makeFile(referenceScript, script, 'no-cache'),
  };
  for (const [path, file] of Object.entries(pages)) app.get(path, (c) => sendFile(c, file));
  for (const [name, mediaType] of Object.entries(distributed))
    app.get(`/docs/${name}`, (c) => sendFile(c, asset(name, mediaType)));
  addGuides(app);
}

/** Adds the guides as pages and as Markdown, and their list for language models. Each is rendered when it is first requested. */
function addGuides(app: Hono<HttpEnv>): void {
  const add = (path: string, mediaType: string, render: () => string): void => {
    let file: File | undefined;
    app.get(path, (c) => {
      file ??= { ...makeFile(render(), mediaType, 'no-cache'), policy: textPolicy };
      return sendFile(c, file);
    });
  };
  add('/llms.txt', plain, renderLlmsText);
  add('/docs/guides', html, renderGuideIndex);
  add('/docs/guides.css', css, () => guideStyle);
  for (const { name } of guides) {
    add(`/docs/guides/${name}`, html, () => renderGuide(name));
    add(`/docs/guides/${name}.md`, markdown, () => readGuide(name));
  }
}

function makeFile(content: string | Uint8Array<ArrayBuffer>, mediaType: string, cacheControl: string): File {
  return { asset: makeAsset(content, mediaType), cacheControl };
}

function sendFile(c: Context<HttpEnv>, { asset, cacheControl, policy = pagePolicy }: File): Response {
  const { headers, contentHeaders, body } = representAsset(asset, c.req.header('accept-encoding'));
  const all = { ...headers, 'cache-control': cacheControl, 'content-security-policy': policy };
  if (isCached(c.req.header('if-none-match'), headers.etag)) return c.body(null, 304, all);
  return c.body(body(), 200, { ...all, ...contentHeaders });
}
