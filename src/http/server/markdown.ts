import { Marked, type RendererObject } from 'marked';
import { escapeXml } from '../../domain/sharing/badge.ts';

/** Returns the address of a link on the page; null if it leads to nothing that is served. */
export type LinkRewriter = (target: string) => string | null;

/**
 * Renders Markdown (GFM) as HTML without scripts or styles. HTML in the Markdown is shown as text, links that lead to nothing are
 * rendered as their text, and images as their description. Headings have GitHub's anchors. Tables and code can scroll by keyboard.
 */
export function renderMarkdown(markdown: string, rewriteLink: LinkRewriter): string {
  return new Marked({ gfm: true, renderer: makeRenderer(rewriteLink) }).parse(markdown, { async: false });
}

function makeRenderer(rewriteLink: LinkRewriter): RendererObject {
  const nameAnchor = makeAnchors();
  return {
    html: ({ text }) => escapeXml(text),
    image: ({ text }) => escapeXml(text),
    code: ({ text }) => `<pre tabindex="0"><code>${escapeXml(text)}\n</code></pre>\n`,
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      const address = rewriteLink(href);
      return address === null ? text : `<a href="${escapeXml(address)}">${text}</a>`;
    },
    heading({ depth, tokens }) {
      const anchor = nameAnchor(this.parser.parseInline(tokens, this.parser.textRenderer));
      const text = this.parser.parseInline(tokens);
      // A link cannot contain a link.
      const linked = text.includes('<a ') ? text : `<a href="#${anchor}">${text}</a>`;
      return `<h${depth} id="${anchor}">${linked}</h${depth}>\n`;
    },
    table({ header, rows }) {
      const cells = (row: typeof header, tag: 'th' | 'td') =>
        `<tr>${row.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>\n`;
      const body = rows.map((row) => cells(row, 'td')).join('');
      return `<div class="table" role="region" aria-label="Table" tabindex="0"><table>\n<thead>${cells(header, 'th')}</thead>\n<tbody>${body}</tbody>\n</table></div>\n`;
    },
  };
}

/** Anchors of the headings of one page by GitHub's rule: lower case, no punctuation, hyphens for spaces, numbered if repeated. */
export function makeAnchors(): (heading: string) => string {
  const taken = new Set<string>();
  return (heading) => {
    const base = heading
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\s-]/gu, '')
      .replaceAll(/\s/g, '-');
    let anchor = base;
    for (let number = 1; taken.has(anchor); number += 1) anchor = `${base}-${number}`;
    taken.add(anchor);
    return anchor;
  };
}
