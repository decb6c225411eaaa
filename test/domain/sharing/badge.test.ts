import { describe, expect, it } from 'vitest';
import { badgeLabelCharsMax, escapeXml, renderBadge, shortenLabel } from '../../../src/domain/sharing/badge.ts';

describe('a badge', () => {
  it('gives the claim and its outcome, for screen readers too', () => {
    const svg = renderBadge('GPT-5 never released', 'no', '#b42318');
    expect(svg).toContain('role="img" aria-label="GPT-5 never released: no"');
    expect(svg).toContain('<title>GPT-5 never released: no</title>');
    expect(svg.match(/<text [^>]*>[^<]*/g)?.map((text) => text.replace(/^.*>/, ''))).toEqual([
      'GPT-5 never released',
      'no',
    ]);
    expect(svg).toContain('fill="#b42318"');
    expect(svg).not.toMatch(/https?:(?!\/\/www\.w3\.org\/2000\/svg)/);
  });

  it('escapes text', () => {
    const svg = renderBadge(`<script>"x" & 'y'</script>`, 'yes', '#000');
    expect(svg).not.toContain('<script>');
    expect(svg).toContain('&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/script&gt;');
    expect(escapeXml('a\u0000b\u001fc\td\ne')).toBe('abc\td\ne');
  });

  it('shortens a long label by whole characters', () => {
    const long = '😀'.repeat(badgeLabelCharsMax + 1);
    expect([...shortenLabel(long)]).toHaveLength(badgeLabelCharsMax);
    expect(shortenLabel(long).endsWith('😀…')).toBe(true);
    expect(shortenLabel('x'.repeat(badgeLabelCharsMax))).toBe('x'.repeat(badgeLabelCharsMax));
    expect(shortenLabel('  a \n b ')).toBe('a b');
  });
});
