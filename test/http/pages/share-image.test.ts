import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shareCard, wrapText } from '../../../src/http/pages/share-card.tsx';
import { drawableText } from '../../../src/http/pages/share-text.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import { decide, judged } from '../../support/forecasts.ts';
import { hostileStatements } from '../../support/hostile.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ now: '2025-01-20T09:00:00Z' });
  await recordClaim(world, { slug: 'claim', criterion: judged });
});
afterAll(() => world?.close());

const signature = '89504e470d0a1a0a';

async function readImage(slug: string) {
  const response = await fetch(`${world.base}/predictions/${slug}/image.png`);
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes };
}

/** The number of different bytes of the image data: one that shows nothing but its ground has few. */
function countValues(png: Buffer): number {
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  return new Set(inflateSync(Buffer.concat(data))).size;
}

describe('the image of a prediction', () => {
  test('is a PNG of 1200 by 630 that other sites may show, and its page names it', async () => {
    const { status, headers, bytes } = await readImage('claim');
    expect([status, headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(bytes.toString('hex', 0, 8)).toBe(signature);
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([1200, 630]);
    expect(countValues(bytes)).toBeGreaterThan(50);
    const { text } = await world.anyone('GET /predictions/claim', { headers: { accept: 'text/html' } });
    expect(text).toContain(`<meta property="og:image" content="${world.base}/predictions/claim/image.png"/>`);
  });

  test('is answered by 304 until the prediction changes', async () => {
    const first = await readImage('claim');
    const target = 'GET /predictions/claim/image.png';
    const cached = { headers: { 'if-none-match': first.headers.get('etag') ?? '' } };
    expect((await world.anyone(target, cached)).status).toBe(304);
    await decide(world, 'claim', 'yes', '2025-01-19');
    const after = await readImage('claim');
    expect(after.headers.get('etag')).not.toBe(first.headers.get('etag'));
    expect(after.bytes.equals(first.bytes)).toBe(false);
    expect((await world.anyone(target, cached)).status).toBe(200);
  });

  test('is rendered for every statement, whatever characters it has', async () => {
    for (const [name, statement] of Object.entries(hostileStatements)) {
      await recordClaim(world, { slug: `image-${name}`, statement, criterion: judged });
      const { status, bytes } = await readImage(`image-${name}`);
      expect([name, status, bytes.toString('hex', 0, 8)]).toEqual([name, 200, signature]);
    }
  });

  test('is refused for a prediction that does not exist', async () => {
    const { status, json } = await world.anyone('GET /predictions/nothing/image.png');
    expect([status, json.code]).toEqual([404, 'not_found']);
  });
});

describe('the lines of a statement', () => {
  test.each<[string, string, string[]]>([
    ['break at spaces', 'one two three', ['one two', 'three']],
    ['break within a word that is longer than a line', 'abcdefghijkl', ['abcdefgh', 'ijkl']],
    ['end with an ellipsis if more follows', 'aa bb cc dd ee ff gg hh ii', ['aa bb cc', 'dd ee…']],
    ['are none for nothing', '  ', []],
  ])('%s', (_name, text, lines) => {
    expect(wrapText(text, 8, 2)).toEqual(lines);
  });
});

describe('what the font of the image lacks', () => {
  test.each<[string, string, string]>([
    ['is left out', 'GPT-6 \u{1f680} ships', 'GPT-6 … ships'],
    ['is left out as one if it stands together', 'OpenAI は GPT-6 を出す', 'OpenAI … GPT-6 …'],
    ['is not Cyrillic, Greek, Hebrew or Arabic', 'Модель αβγ שלום نموذج – 50 % →', 'Модель αβγ שלום نموذج – 50 % →'],
  ])('%s', (_name, text, shown) => {
    expect(drawableText(text).text).toBe(shown);
  });

  test('is announced if it is most of a statement', async () => {
    const statement = 'OpenAIは2027年末までにGPT-6を公開しない。';
    const claim = await recordClaim(world, { slug: 'japanese', statement, criterion: judged });
    expect(shareCard(claim)).toContain('A statement in a script that this');
  });

  test('does not concern the direction: lines from right to left end at the right margin', async () => {
    const statement = hostileStatements['right-to-left'];
    const claim = await recordClaim(world, { slug: 'arabic', statement, criterion: judged });
    expect(shareCard(claim)).toMatch(/<text x="1128" y="210" font-size="46" text-anchor="end"/);
    const latin = await recordClaim(world, { slug: 'latin', criterion: judged });
    expect(shareCard(latin)).toMatch(/<text x="72" y="210" font-size="46" text-anchor="start"/);
  });
});
