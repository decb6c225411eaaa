import { describe, expect, it } from 'vitest';
import {
  findGap,
  findPagesFlaw,
  firstPages,
  joinPages,
  nextPage,
  type Paging,
} from '../../../src/domain/feeds/pages.ts';

const url = 'https://feed.example/v1/models?limit=2';
const rows = (...ids: string[]) => ids.map((id) => ({ id }));
const next = (paging: Paging, body: unknown, link: string | null = null) => {
  const found = nextPage(paging, { url, body, link });
  return found.kind === 'next' ? found.url : found.kind;
};

describe('the next page', () => {
  it.each<[Paging, unknown, string]>([
    ['links_next', { data: [] }, 'last'],
    ['links_next', { data: [], links: {} }, 'last'],
    ['links_next', { data: [], links: { next: null } }, 'last'],
    ['links_next', { links: { next: '/v1/models?offset=2' } }, 'https://feed.example/v1/models?offset=2'],
    ['links_next', { links: { next: '?offset=2' } }, 'https://feed.example/v1/models?offset=2'],
    ['links_next', { links: { next: 'https://feed.example/b' } }, 'https://feed.example/b'],
    ['links_next', { links: { next: 'https://other.example/b' } }, 'bad'],
    ['links_next', { links: { next: 'http://feed.example/b' } }, 'bad'],
    ['links_next', { links: { next: '//other.example/b' } }, 'bad'],
    ['links_next', { links: { next: 'https://feed.example:444/b' } }, 'bad'],
    ['links_next', { links: { next: 'file:///etc/passwd' } }, 'bad'],
    ['links_next', { links: { next: '' } }, 'bad'],
    ['links_next', { links: { next: 7 } }, 'bad'],
    ['after_id', { data: [], has_more: false, last_id: 'b' }, 'last'],
    ['after_id', { data: [] }, 'last'],
    ['after_id', { has_more: true, last_id: 'b&x=1' }, 'https://feed.example/v1/models?limit=2&after_id=b%26x%3D1'],
    ['after_id', { has_more: true, last_id: null }, 'bad'],
    ['after_id', { has_more: 'yes', last_id: '' }, 'bad'],
    ['page_token', { models: [] }, 'last'],
    ['page_token', { nextPageToken: '' }, 'last'],
    ['page_token', { nextPageToken: 't' }, 'https://feed.example/v1/models?limit=2&pageToken=t'],
    ['page_token', { nextPageToken: 7 }, 'bad'],
  ])('of a list with %s after %j is %s', (paging, body, expected) => expect(next(paging, body)).toBe(expected));

  it.each([
    [null, 'last'],
    ['<https://feed.example/a>; rel="prev"', 'last'],
    ['<https://feed.example/a?b=1,2>; rel="next"', 'https://feed.example/a?b=1,2'],
    ['<https://feed.example/p>; rel="prev", <https://feed.example/n>; rel=next', 'https://feed.example/n'],
    ['<https://feed.example/n>; title="x"; rel="last next"', 'https://feed.example/n'],
    ['<https://feed.example/n>; rel="nextish"', 'last'],
    ['<https://other.example/n>; rel="next"', 'bad'],
    ['<>; rel="next"', 'bad'],
  ])('after the header %j is %s', (link, expected) => expect(next('link_header', [], link)).toBe(expected));
});

describe('pages of one list', () => {
  it('do not fit together if a row repeats, because the list moved while it was read', () => {
    expect(findPagesFlaw('links_next', [{ data: rows('a', 'b') }, { data: rows('b', 'c') }])).toMatch(/same row/);
    expect(findPagesFlaw('page_token', [{ models: [{ name: 'a' }] }, { models: [{ name: 'a' }] }])).toMatch(/same row/);
    expect(findPagesFlaw('links_next', [{ data: [...rows('a'), {}, 7] }, { data: [{}, 7] }])).toBeNull();
  });

  it('do not fit together if their row counts differ', () => {
    const page = (count: number, ...ids: string[]) => ({ data: rows(...ids), total_count: count });
    expect(findPagesFlaw('links_next', [page(3, 'a'), page(2, 'b')])).toMatch(/total number of rows/);
    expect(findPagesFlaw('links_next', [page(2, 'a'), page(2, 'b')])).toBeNull();
  });

  it('are joined into one document in the form of a last page', () => {
    const pages = [
      { data: rows('a'), links: { next: '?offset=1' }, total_count: 2, note: 'x' },
      { data: rows('b'), links: { next: null }, total_count: 2 },
    ];
    const joined = joinPages('links_next', [pages]);
    expect(joined).toEqual({ data: rows('a', 'b'), links: { next: null }, total_count: 2, note: 'x' });
    expect(findGap('links_next', joined)).toBeNull();
  });

  it.each<[Paging, unknown, unknown]>([
    ['after_id', { data: rows('a'), has_more: true, last_id: 'a' }, { data: rows('b'), has_more: false }],
    ['page_token', { models: rows('a'), nextPageToken: 't' }, { models: rows('b') }],
    ['link_header', rows('a'), rows('b')],
  ])('with %s are complete once they are joined', (paging, one, two) => {
    if (paging !== 'link_header') expect(findGap(paging, one)).toMatch(/followed by others/);
    const joined = joinPages(paging, [[one, two]]);
    expect(findGap(paging, joined)).toBeNull();
    expect(JSON.stringify(joined)).toContain('[{"id":"a"},{"id":"b"}]');
  });

  it('with fewer rows than their count are incomplete', () => {
    expect(findGap('links_next', { data: rows('a'), total_count: 3 })).toBe('1 rows of 3');
  });
});

describe('a feed with two lists', () => {
  it('requests both, since one of them is omitted by default', () => {
    expect(firstPages('links_next', url)).toEqual([url]);
    expect(firstPages('after_id', url)).toEqual([url, `${url}&lifecycle=retired`]);
  });

  it('takes a row that is in both lists once, from the first', () => {
    const current = { data: [{ id: 'a', lifecycle: 'deprecated' }, {}], has_more: false };
    const retired = { data: [{ id: 'a', lifecycle: 'retired' }, { id: 'b' }, {}], has_more: false };
    expect(joinPages('after_id', [[current], [retired]])).toMatchObject({
      data: [{ id: 'a', lifecycle: 'deprecated' }, {}, { id: 'b' }, {}],
    });
  });
});
