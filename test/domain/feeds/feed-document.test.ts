import { describe, expect, it } from 'vitest';
import {
  documentBytesMax,
  elementDepthMax,
  entriesMax,
  numericReferencesMax,
  readEntries,
  tagCharactersMax,
  tagsMax,
} from '../../../src/domain/feeds/feed-document.ts';
import { toBytes } from './adapters/payloads.ts';

const channel = (inner: string) => `<rss version="2.0"><channel><title>x</title>${inner}</channel></rss>`;
const item = (inner: string) => channel(`<item><guid>a</guid>${inner}</item>`);
const read = (text: string) => readEntries(toBytes(text), 'a feed');

describe('a document is rejected', () => {
  it.each([
    ['a document type declaration', `<!DOCTYPE rss [<!ENTITY a "b">]>${channel('')}`, /document type/],
    [
      'one in lower case, after a comment',
      `<?xml version="1.0"?><!-- x --><!doctype rss>${channel('')}`,
      /document type/,
    ],
    ['an entity declared later', channel('<!ENTITY a "b">'), /document type/],
    ['an HTML page', '<!DOCTYPE html><title>403</title>', /document type/],
    ['HTML without a declaration', '<html><body>403</body></html>', /not a feed/],
    ['an empty body', ' \n', /an empty body/],
    ['an error message', '{"error": "rate limited"}', /not a feed/],
    ['prose', 'Too many requests', /not a feed/],
    ['a truncated feed', channel('').slice(0, -9), /truncated/],
    ['a feed truncated in a comment', `${channel('').slice(0, -10)}<!-- `, /not a feed/],
  ])('for being %s', (_name, text, detail) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
    expect(() => read(text)).toThrow(detail);
  });

  it('for bytes that are not UTF-8', () => {
    expect(() => readEntries(Uint8Array.from([0x3c, 0xff]), 'a feed')).toThrow(/not UTF-8/);
  });

  it.each([
    ['bytes', (more: number) => `${' '.repeat(documentBytesMax - channel('').length + more)}${channel('')}`, /bytes/],
    [
      'character references',
      (more: number) => item(`<title>${'&#65;'.repeat(numericReferencesMax + more)}</title>`),
      /references/,
    ],
    // rss, channel and item are open around it.
    [
      'nested elements',
      (more: number) => item('<a>'.repeat(elementDepthMax - 3 + more) + '</a>'.repeat(elementDepthMax - 3 + more)),
      /nested elements/,
    ],
    // Ten more are around them.
    ['tags', (more: number) => item('<a/>'.repeat(tagsMax - 10 + more)), /tags/],
    [
      'characters in a tag',
      (more: number) => item(`<a b="${'x'.repeat(tagCharactersMax - 9 + more)}"/>`),
      /a tag of more/,
    ],
    ['entries', (more: number) => channel('<item><title>a</title></item>'.repeat(entriesMax + more)), /entries/],
  ])('for one more than the most %s', (_name, make, detail) => {
    expect(() => read(make(0))).not.toThrow();
    expect(() => read(make(1))).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
    expect(() => read(make(1))).toThrow(detail);
  });

  it('with two million character references before parsing, within the size limit or above it', () => {
    expect(() => read(item(`<title>${'&#65;'.repeat(2_000_000)}</title>`))).toThrow(/bytes/);
    expect(() => read(item(`<title>${'&#9;'.repeat(500_000)}</title>`))).toThrow(/references/);
    expect(() => read(item(`<title><![CDATA[${'&#9;'.repeat(500_000)}]]></title>`))).toThrow(/references/);
  });

  it.each([
    ['brackets', '<'.repeat(500_000)],
    ['open elements', '<a>'.repeat(500_000)],
    ['endless comments', '<!-- '.repeat(300_000)],
    ['endless sections', '<![CDATA['.repeat(200_000)],
    ['closing tags', '</a>'.repeat(400_000)],
    ['an endless name', `<${'a'.repeat(1_900_000)}>`],
  ])('however many %s it consists of', (_name, text) => {
    expect(() => read(item(text))).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
  });
});

describe('a document is read', () => {
  it('with HTML in CDATA sections or escaped, whatever it contains', () => {
    const html = `<p>${'<br>'.repeat(200)}&lt;!DOCTYPE html&gt;</p>`;
    const escaped = html.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const [one] = read(item(`<description><![CDATA[<!DOCTYPE html>${html}]]></description>`));
    const [two] = read(item(`<description>${escaped}</description>`));
    expect(one?.content).toContain('<!DOCTYPE html>');
    expect(two?.content).toBe(html);
  });

  it('without its byte order mark', () => {
    expect(read(`\uFEFF${item('')}`)).toHaveLength(1);
  });
});
