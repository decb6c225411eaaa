import { describe, expect, test } from 'vitest';
import { rewriteGuideLink } from '../../../src/http/server/guides.ts';
import { makeAnchors, renderMarkdown } from '../../../src/http/server/markdown.ts';

test.each([
  ['feeds.md', 'feeds'],
  ['./feeds.md', 'feeds'],
  ['feeds.md#keys', 'feeds#keys'],
  ['#keys', '#keys'],
  ['../openapi.yaml', '../../openapi.yaml'],
  ['https://www.standardwebhooks.com', 'https://www.standardwebhooks.com'],
  ['decisions/0027-scores.md', null],
  ['../ARCHITECTURE.md', null],
  ['../data/feeds.json', null],
  ['missing.md', null],
  ['javascript:alert(1)', null],
  ['data:text/html,x', null],
  ['//elsewhere.example/x', null],
] as const)('a link to %s leads to %s', (target, expected) => {
  expect(rewriteGuideLink(target)).toBe(expected);
});

test.each([
  ['data/feeds.json', 'datafeedsjson'],
  ['The event name.unrecognised', 'the-event-nameunrecognised'],
  ['litellm, models_dev', 'litellm-models_dev'],
  ['1. "OpenAI will never release GPT-5"', '1-openai-will-never-release-gpt-5'],
  ['R&D – costs', 'rd--costs'],
  ['Über uns', 'über-uns'],
] as const)('the anchor of the heading %s is %s', (heading, expected) => {
  expect(makeAnchors()(heading)).toBe(expected);
});

describe('Markdown as HTML', () => {
  const render = (markdown: string): string => renderMarkdown(markdown, rewriteGuideLink);

  test('numbers the anchors of equal headings, and reads code, quotes and links in a heading as text', () => {
    const html = render('# `a.b` & "c"\n\n## Same\n\n## Same\n\n## See [Feeds](decisions/1.md)\n');
    expect([...html.matchAll(/ id="([^"]*)"/g)].map((match) => match[1])).toEqual([
      'ab--c',
      'same',
      'same-1',
      'see-feeds',
    ]);
  });

  test.each([
    ['<script>alert(1)</script>'],
    ['Text with <img src=x onerror=alert(1)> inside.'],
    ['[x](javascript:alert(1))'],
    ['![<b>alt</b>](https://elsewhere.example/x.png)'],
    ['```"><script>\n<script>\n```'],
    ['`<script>`'],
    ['| a |\n| --- |\n| <script> |'],
    ['# <script>'],
  ])('makes no element or address of %s', (markdown) => {
    expect(render(markdown)).not.toMatch(/<(script|img|b)\b|javascript:|elsewhere\.example/);
  });

  test('links a heading to itself, unless it contains a link', () => {
    expect(render('# A')).toBe('<h1 id="a"><a href="#a">A</a></h1>\n');
    expect(render('# [A](feeds.md)')).toBe('<h1 id="a"><a href="feeds">A</a></h1>\n');
  });

  test('shows raw HTML as text', () => {
    expect(render('a <b>c</b>')).toBe('<p>a &lt;b&gt;c&lt;/b&gt;</p>\n');
  });

  test('renders a link to a file that is not served as its text', () => {
    expect(render('See [the *decision*](decisions/0027-scores.md).')).toBe('<p>See the <em>decision</em>.</p>\n');
  });

  test('lets tables and code scroll, also by keyboard', () => {
    expect(render('| a |\n| --- |\n| b |')).toMatch(/<div class="table" [^>]*tabindex="0"><table>/);
    expect(render('```sh\nls\n```')).toBe('<pre tabindex="0"><code>ls\n</code></pre>\n');
  });
});
