import { guideGroups, guides, readGuide, rewriteGuideLink } from './guides.ts';
import { renderMarkdown } from './markdown.ts';

/** A page and its relative path to `/docs`, because a proxy may serve the service under a path. */
type Page = { readonly title: string; readonly docs: string; readonly nav: string; readonly content: string };

function renderPage({ title, docs, nav, content }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – Outturn</title>
<link rel="stylesheet" href="${docs}/guides.css">
<link rel="icon" type="image/png" href="${docs}/favicon-32x32.png">
</head>
<body>
<nav>${nav}</nav>
<main>
${content}</main>
</body>
</html>
`;
}

/** The page of a guide, which is served at `/docs/guides/{name}`. */
export function renderGuide(name: string): string {
  const title = guides.find((guide) => guide.name === name)?.title ?? name;
  const nav = `<a href="../guides">Guides</a> <a href="../../docs">API reference</a> <a href="${name}.md" type="text/markdown">Markdown</a>`;
  return renderPage({ title, docs: '..', nav, content: renderMarkdown(readGuide(name), rewriteGuideLink) });
}

/** The index, which is served at `/docs/guides`. */
export function renderGuideIndex(): string {
  const sections = guideGroups.map((group) => {
    const entries = group.guides.map(
      ({ name, title, summary }) => `<li><a href="guides/${name}">${title}</a>: ${summary}</li>`,
    );
    return `<h2>${group.title}</h2>\n<ul>\n${entries.join('\n')}\n</ul>\n`;
  });
  const nav = '<a href="../docs">API reference</a> <a href="../openapi.json">OpenAPI document</a>';
  return renderPage({ title: 'Guides', docs: '../docs', nav, content: `<h1>Guides</h1>\n${sections.join('')}` });
}

/** Wide tables and code scroll on their own, so that the page itself fits a narrow screen. */
export const guideStyle = `:root {
  color-scheme: light dark;
  --text: #1f2328;
  --muted: #57606a;
  --link: #0b5cad;
  --line: #d0d7de;
  --code: #f3f5f7;
  --page: #fff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e6edf3;
    --muted: #9da7b1;
    --link: #79b8ff;
    --line: #3d444d;
    --code: #1b2129;
    --page: #0f141a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto;
  max-width: 56rem;
  padding: 1rem;
  background: var(--page);
  color: var(--text);
  font: 1rem/1.6 system-ui, sans-serif;
  overflow-wrap: anywhere;
}
nav { border-bottom: 1px solid var(--line); padding-bottom: 0.5rem; }
nav a { display: inline-block; margin-right: 1rem; padding: 0.25rem 0; }
a { color: var(--link); }
h1, h2, h3, h4 { line-height: 1.25; margin: 2rem 0 0.75rem; }
h1 { font-size: 1.75rem; margin-top: 1.25rem; }
h2 { font-size: 1.375rem; }
h3 { font-size: 1.125rem; }
h1 a, h2 a, h3 a, h4 a { color: inherit; text-decoration: none; }
h1 a:hover, h2 a:hover, h3 a:hover, h4 a:hover { text-decoration: underline; }
:target { scroll-margin-top: 1rem; }
code { background: var(--code); border-radius: 0.2rem; font: 0.875em ui-monospace, monospace; padding: 0.1em 0.25em; }
pre { background: var(--code); border-radius: 0.3rem; overflow-x: auto; padding: 0.75rem; }
pre code { background: none; overflow-wrap: normal; padding: 0; }
.table { margin: 1rem 0; overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9375rem; overflow-wrap: normal; }
th, td { border: 1px solid var(--line); padding: 0.35rem 0.6rem; text-align: left; vertical-align: top; }
th { background: var(--code); }
ul, ol { padding-left: 1.5rem; }
blockquote { border-left: 3px solid var(--line); color: var(--muted); margin: 1rem 0; padding-left: 1rem; }
`;
