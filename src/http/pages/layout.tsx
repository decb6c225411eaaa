import type { Child } from 'hono/jsx';
import { assetAddress } from './assets.ts';
import { Link } from './links.tsx';
import { type Live, LiveNotice } from './live.tsx';
import { SignedIn } from './signed-in.tsx';
import { type Site, SiteContext, useSite } from './site.ts';

/** The most characters of a title. Longer ones are cut. */
const titleCharsMax = 60;
const descriptionCharsMax = 200;

/** The pages that every page links to. */
const navigation: readonly { readonly path: string; readonly title: string }[] = [
  { path: '/', title: 'Predictions' },
  { path: '/predictors', title: 'Predictors' },
  { path: '/sources', title: 'Claim sources' },
  { path: '/models', title: 'Models' },
  { path: '/releases', title: 'Releases' },
  { path: '/cases', title: 'Cases' },
  { path: '/feeds', title: 'Evidence' },
  { path: '/docs', title: 'Docs' },
];

/** A representation of the page's subject elsewhere in the service. */
export type Alternate = { readonly path: string; readonly type: string; readonly title: string };

export type Document = {
  /** Of the window and of links to the page; the name of the service follows it. */
  readonly title: string;
  readonly description: string;
  /** The path of the page that is the same at several addresses. */
  readonly canonical?: string;
  readonly alternates?: readonly Alternate[];
  /** True if search engines should leave it out: an error, a past moment, a filtered list. */
  readonly isUnlisted?: boolean;
  /** The path of an image that sites show with a link to the page. */
  readonly image?: string;
  /** True for a card that other sites frame: it has no navigation. */
  readonly isCard?: boolean;
  /** The path of its oEmbed document. */
  readonly oEmbed?: string;
  /** What changes it while somebody looks at it. Without it, the page never says that it has changed. */
  readonly live?: Live;
  readonly content: Child;
};

/** The HTML of a page. */
export function renderPage(document: Document, site: Site): string {
  const html = (
    <SiteContext.Provider value={site}>
      <Layout document={document} />
    </SiteContext.Provider>
  );
  return `<!doctype html>\n${html.toString()}\n`;
}

function Layout({ document }: { readonly document: Document }) {
  const { isReadable } = useSite();
  if (document.isCard === true)
    return (
      <html lang="en">
        <Head document={document} />
        <body class="card">
          <main>{document.content}</main>
        </body>
      </html>
    );
  return (
    <html lang="en">
      <Head document={document} />
      <body>
        <a class="skip" href="#content">
          Skip to the content
        </a>
        <header class="top">
          <Link to="/" class="brand">
            Outturn
          </Link>
          {isReadable ? <Navigation /> : null}
          <SignedIn />
        </header>
        {document.live === undefined ? null : <LiveNotice {...document.live} />}
        <main id="content" tabindex={-1}>
          {document.content}
        </main>
        <Footer alternates={document.alternates ?? []} />
      </body>
    </html>
  );
}

function Head({ document }: { readonly document: Document }) {
  const { root, base } = useSite();
  const title = `${shorten(document.title, titleCharsMax)} – Outturn`;
  const description = shorten(document.description, descriptionCharsMax);
  const { canonical, alternates = [], isUnlisted, isCard, oEmbed } = document;
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{title}</title>
      <meta name="description" content={description} />
      {isUnlisted === true ? <meta name="robots" content="noindex" /> : null}
      <link rel="stylesheet" href={`${root}${assetAddress('pages.css')}`} />
      <link rel="icon" type="image/svg+xml" href={`${root}${assetAddress('icon.svg')}`} />
      {isCard === true ? null : <script type="module" src={`${root}${assetAddress('pages.js')}`} />}
      {canonical === undefined ? null : <link rel="canonical" href={`${base}${canonical}`} />}
      {alternates.map(({ path, type, title: name }) => (
        <link rel="alternate" type={type} title={name} href={`${root}${path}`} />
      ))}
      {oEmbed === undefined ? null : (
        <link rel="alternate" type="application/json+oembed" title={title} href={`${base}${oEmbed}`} />
      )}
      <meta property="og:site_name" content="Outturn" />
      <meta property="og:title" content={title} />
      <meta property="og:description" content={description} />
      {canonical === undefined ? null : <meta property="og:url" content={`${base}${canonical}`} />}
      {document.image === undefined ? null : (
        <>
          <meta property="og:image" content={`${base}${document.image}`} />
          <meta property="og:image:type" content="image/png" />
          <meta property="og:image:width" content="1200" />
          <meta property="og:image:height" content="630" />
          <meta property="og:image:alt" content={description} />
          <meta name="twitter:card" content="summary_large_image" />
        </>
      )}
    </head>
  );
}

function Navigation() {
  const { path } = useSite();
  return (
    <nav aria-label="Pages">
      <ul>
        {navigation.map((entry) => (
          <li>
            <Link to={entry.path} class="nav-link" current={entry.path === path}>
              {entry.title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Footer({ alternates }: { readonly alternates: readonly Alternate[] }) {
  return (
    <footer>
      {alternates.length === 0 ? null : (
        <p>
          This page as data:{' '}
          {alternates.map(({ path, type, title }, index) => (
            <>
              {index === 0 ? null : ', '}
              <Link to={path} type={type}>
                {title}
              </Link>
            </>
          ))}
        </p>
      )}
      <p>
        Outturn keeps score on predictions about AI models. Times are in UTC. <Link to="/docs/guides">Guides</Link>,{' '}
        <Link to="/docs">API reference</Link>, <Link to="/sign-in">sign in</Link>
      </p>
    </footer>
  );
}

/** Cuts text to a number of characters, with an ellipsis. */
export function shorten(text: string, charsMax: number): string {
  const chars = [...text.trim().replaceAll(/\s+/g, ' ')];
  return chars.length <= charsMax
    ? chars.join('')
    : `${chars
        .slice(0, charsMax - 1)
        .join('')
        .trimEnd()}…`;
}
