import fc from 'fast-check';
import ICAL from 'ical.js';
import { describe, expect, test } from 'vitest';
import { type Deadline, lineOctetsMax, renderCalendar } from '../../../src/domain/sharing/icalendar.ts';
import { instantOf } from '../../support/world.ts';

const deadline: Deadline = {
  uid: 'pred_1@outturn.invalid',
  end: instantOf('2026-01-01'),
  changedAt: instantOf('2025-01-20T09:05:00.123Z'),
  summary: 'It happens.',
  description: 'Some model is released.',
  url: 'https://example.com/v1/predictions/pred_1',
  categories: [],
};

const render = (...fields: Partial<Deadline>[]) =>
  renderCalendar(
    fields.map((given) => ({ ...deadline, ...given })),
    'Deadlines',
    12,
  );

/** As a reader that somebody else wrote understands it. */
function read(text: string) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  return calendar.getAllSubcomponents('vevent').map((component) => new ICAL.Event(component));
}

describe('a calendar', () => {
  test('matches RFC 5545 exactly', () => {
    const end = instantOf('2026-03-01T12:00:00Z') + 1;
    expect(render({ categories: ['a,b', 'c'] }, { uid: 'pred_2@outturn.invalid', end }).split('\r\n')).toEqual([
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Outturn//Deadlines//EN',
      'CALSCALE:GREGORIAN',
      'NAME:Deadlines',
      'X-WR-CALNAME:Deadlines',
      'REFRESH-INTERVAL;VALUE=DURATION:PT12H',
      'X-PUBLISHED-TTL:PT12H',
      'BEGIN:VEVENT',
      'UID:pred_1@outturn.invalid',
      'DTSTAMP:20250120T090500Z',
      'LAST-MODIFIED:20250120T090500Z',
      'DTSTART;VALUE=DATE:20251231',
      'DTEND;VALUE=DATE:20260101',
      'SUMMARY:It happens.',
      'DESCRIPTION:Some model is released.',
      'URL:https://example.com/v1/predictions/pred_1',
      'CATEGORIES:a\\,b,c',
      'TRANSP:TRANSPARENT',
      'END:VEVENT',
      'BEGIN:VEVENT',
      'UID:pred_2@outturn.invalid',
      'DTSTAMP:20250120T090500Z',
      'LAST-MODIFIED:20250120T090500Z',
      'DTSTART:20260301T120000Z',
      'SUMMARY:It happens.',
      'DESCRIPTION:Some model is released.',
      'URL:https://example.com/v1/predictions/pred_1',
      'TRANSP:TRANSPARENT',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ]);
  });

  test('without deadlines still has the required component', () => {
    expect(render()).toContain('BEGIN:VTIMEZONE\r\nTZID:UTC\r\n');
    expect(read(render())).toEqual([]);
  });

  test('escapes separators and line breaks, and removes control characters', () => {
    const summary = 'a\\b; c, "d": e\r\nf\rg\nh\tin\u0000\u0007\u007f\u0085n';
    expect(render({ summary })).toContain('SUMMARY:a\\\\b\\; c\\, "d": e\\nf\\ng\\nh\tinn\r\n');
  });

  test('folds lines at the last octet that fits, and never inside a character', () => {
    const room = lineOctetsMax - 'SUMMARY:'.length;
    const lineOf = (summary: string) =>
      render({ summary })
        .split('\r\n')
        .findIndex((line) => line.startsWith('SUMMARY:'));
    const linesOf = (summary: string) =>
      render({ summary })
        .split('\r\n')
        .slice(lineOf(summary), lineOf(summary) + 2);
    expect(linesOf('x'.repeat(room))[1]).toMatch(/^DESCRIPTION/);
    expect(linesOf('x'.repeat(room + 1))[1]).toBe(' x');
    expect(linesOf(`${'x'.repeat(room - 1)}é`)[1]).toBe(' é');
    expect(linesOf(`${'x'.repeat(room - 3)}🦉`)[1]).toBe(' 🦉');
  });
});

const words = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200, size: 'max' }),
  fc.string({
    unit: fc.constantFrom('\\', ';', ',', ':', '\n', '\r\n', '"', 'n', ' ', 'é', '漢', '🦉'),
    maxLength: 200,
    size: 'max',
  }),
);
const strictly = new TextDecoder('utf-8', { fatal: true });
/** As far as a calendar can hold a text. */
const plain = (text: string) => text.replaceAll(/\r\n?/g, '\n').replaceAll(/(?![\t\n])\p{Cc}/gu, '');

describe('any calendar', () => {
  test('is read back by an independent parser', () => {
    const day = fc.integer({ min: -7000, max: 80_000 }).map((days) => days * 86_400_000);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(words, words, fc.array(words, { maxLength: 3 }), day), { maxLength: 5 }),
        (entries) => {
          const text = render(
            ...entries.map(([summary, description, categories, end], index) => ({
              uid: `${index}@x`,
              summary,
              description,
              categories,
              end,
            })),
          );
          const events = read(text);
          expect(events.map((event) => [event.uid, event.summary ?? '', event.description ?? ''])).toEqual(
            entries.map(([summary, description], index) => [`${index}@x`, plain(summary), plain(description)]),
          );
          for (const [index, event] of events.entries()) {
            const end = entries[index]?.[3] ?? 0;
            expect([event.startDate.isDate, event.startDate.toString(), event.endDate.toString()]).toEqual([
              true,
              new Date(end - 86_400_000).toISOString().slice(0, 10),
              new Date(end).toISOString().slice(0, 10),
            ]);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('has lines of at most 75 octets, made of whole characters and ended by CRLF', () => {
    fc.assert(
      fc.property(words, words, (summary, description) => {
        const octets = Buffer.from(render({ summary, description, categories: [summary] }), 'utf8').toString('latin1');
        expect(octets.endsWith('\r\n')).toBe(true);
        for (const line of octets.split('\r\n')) {
          expect(line.length).toBeLessThanOrEqual(lineOctetsMax);
          expect(line).not.toMatch(/[\r\n]/);
          expect(() => strictly.decode(Buffer.from(line, 'latin1'))).not.toThrow();
        }
      }),
      { numRuns: 200 },
    );
  });
});
