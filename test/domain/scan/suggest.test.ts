import { expect, test } from 'vitest';
import { suggestionOf } from '../../../src/domain/scan/suggest.ts';

type Row = Parameters<typeof suggestionOf>[0];

function suggest(change: Partial<Omit<Row, 'end'>> & { end?: object | null }): string | null {
  const { end = {}, ...row } = change;
  return suggestionOf({
    ...{ id: 'claude-2.1', status: 'ending', daysLeft: 10, successor: 'claude-opus-4-8' },
    ...row,
    end: end === null ? null : { date: '2026-03-20', kind: 'firm', sources: [], ...end },
  } as Row);
}

test.each([
  ['ending', 10, 'it ends on 2026-03-20, firm.'],
  ['ending', 0, 'it ends on 2026-03-20, firm.'],
  ['ending', -1, 'it was to end on 2026-03-20, firm.'],
  ['ended', -1, 'it ended on 2026-03-20, firm.'],
  ['may_end', 10, 'it may end from 2026-03-20 on, firm.'],
] as const)('an id that is %s, with %d days left: %s', (status, daysLeft, sentence) => {
  expect(suggest({ status, daysLeft })).toBe(`Replace \`claude-2.1\` by \`claude-opus-4-8\`: ${sentence}`);
});

test('says who states the end, and needs no date', () => {
  const sources = [{ name: 'Anthropic', url: 'https://docs.example/ends' }];
  expect(suggest({ end: { date: null, sources }, daysLeft: null })).toMatch(
    / it ends, firm, stated by Anthropic \(https:\/\/docs\.example\/ends\)\.$/,
  );
});

test.each([
  ['nothing ends', { end: null }],
  ['no source recommends another id', { successor: null }],
  ['its end is unknown', { status: 'no_end_known' }],
] as const)('is null if %s', (_case, change) => {
  expect(suggest(change as Parameters<typeof suggest>[0])).toBeNull();
});

test('a name with backticks stays one piece of code in Markdown', () => {
  expect(suggest({ id: 'a`b' })).toContain('Replace `` a`b `` by');
});
