import { describe, expect, it, test } from 'vitest';
import { linkTo, parsePublicUrl, publicUrlCharsMax, withAbsoluteLinks } from '../../src/domain/public-url.ts';

describe('the public URL', () => {
  it.each([
    ['https://outturn.example.com', 'https://outturn.example.com'],
    ['https://outturn.example.com/', 'https://outturn.example.com'],
    ['HTTP://Example.com:8080/some/where//', 'http://example.com:8080/some/where'],
  ])('is read from %s without a trailing slash', (text, expected) => {
    expect(parsePublicUrl(text)).toBe(expected);
  });

  it.each([
    'outturn.example.com',
    '/v1',
    'ftp://example.com',
    'https://user:word@example.com',
    'https://user@example.com',
    'https://example.com/?a=1',
    'https://example.com/?',
    'https://example.com/#',
    '',
  ])('is rejected if it cannot prefix a path: %s', (text) => {
    expect(parsePublicUrl(text)).toBeNull();
  });

  it('has a maximum length in its normalised form', () => {
    const of = (length: number) => 'https://example.com/'.padEnd(length, 'x');
    expect(parsePublicUrl(of(publicUrlCharsMax))).toBe(of(publicUrlCharsMax));
    expect(parsePublicUrl(of(publicUrlCharsMax + 1))).toBeNull();
    expect(parsePublicUrl(`https://example.com/${'é'.repeat(100)}`)).toBeNull();
  });
});

test('a path is a link by itself, or appended to the public URL', () => {
  expect([linkTo(null, '/v1'), linkTo('https://a.example/b', '/v1')]).toEqual(['/v1', 'https://a.example/b/v1']);
});

test('only values under links are made absolute, at any depth, and absolute ones remain', () => {
  const facts = {
    prediction: {
      statement: '/v1 is a path.',
      links: { prediction: '/v1/predictions/p', other: 'https://b.example/' },
    },
    links: { model: '/v1/models/m' },
    evidence: ['/obs'],
    superseded: null,
  };
  expect(withAbsoluteLinks(facts, 'https://a.example')).toEqual({
    ...facts,
    prediction: {
      statement: '/v1 is a path.',
      links: { prediction: 'https://a.example/v1/predictions/p', other: 'https://b.example/' },
    },
    links: { model: 'https://a.example/v1/models/m' },
  });
});
