import { dayMs, formatDay, formatInstant, type Instant } from '../instant.ts';

/** The most octets of a line without its CRLF (RFC 5545, 3.1). */
export const lineOctetsMax = 75;

/** A deadline: the end of a UTC day, or an instant. */
export type Deadline = {
  /** Unique across calendars; never changes. */
  readonly uid: string;
  /** Exclusive end: a midnight, or one millisecond after the last instant. */
  readonly end: Instant;
  /** When any of the other fields last changed. */
  readonly changedAt: Instant;
  /** How often it moved; omitted if that is not counted. */
  readonly sequence?: number;
  readonly summary: string;
  readonly description: string;
  readonly url: string;
  readonly categories: readonly string[];
};

/** Renders deadlines as an RFC 5545 calendar. Subscribers should refresh it every `refreshHours`. */
export function renderCalendar(deadlines: readonly Deadline[], name: string, refreshHours: number): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Outturn//Deadlines//EN',
    'CALSCALE:GREGORIAN',
    `NAME:${escapeText(name)}`,
    `X-WR-CALNAME:${escapeText(name)}`,
    `REFRESH-INTERVAL;VALUE=DURATION:PT${refreshHours}H`,
    `X-PUBLISHED-TTL:PT${refreshHours}H`,
    ...(deadlines.length === 0 ? emptyCalendar : deadlines.flatMap(eventLines)),
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${foldLine(line)}\r\n`).join('');
}

/** RFC 5545 requires at least one component, so an empty calendar contains a time zone. */
const emptyCalendar = [
  'BEGIN:VTIMEZONE',
  'TZID:UTC',
  'BEGIN:STANDARD',
  'DTSTART:19700101T000000',
  'TZOFFSETFROM:+0000',
  'TZOFFSETTO:+0000',
  'END:STANDARD',
  'END:VTIMEZONE',
];

function eventLines(deadline: Deadline): string[] {
  const changed = basicInstant(deadline.changedAt);
  const { categories } = deadline;
  return [
    'BEGIN:VEVENT',
    `UID:${escapeText(deadline.uid)}`,
    `DTSTAMP:${changed}`,
    `LAST-MODIFIED:${changed}`,
    ...(deadline.sequence === undefined ? [] : [`SEQUENCE:${deadline.sequence}`]),
    ...startLines(deadline.end),
    `SUMMARY:${escapeText(deadline.summary)}`,
    `DESCRIPTION:${escapeText(deadline.description)}`,
    `URL:${deadline.url}`,
    ...(categories.length === 0 ? [] : [`CATEGORIES:${categories.map(escapeText).join(',')}`]),
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
  ];
}

/** A whole day, or an instant without duration. */
function startLines(end: Instant): string[] {
  if (end % dayMs !== 0) return [`DTSTART:${basicInstant(end - 1)}`];
  return [`DTSTART;VALUE=DATE:${basicDay(end - dayMs)}`, `DTEND;VALUE=DATE:${basicDay(end)}`];
}

function basicDay(at: Instant): string {
  return formatDay(at).replaceAll('-', '');
}

/** RFC 5545 has no fractions of a second. */
function basicInstant(at: Instant): string {
  return `${formatInstant(Math.floor(at / 1000) * 1000).replaceAll(/[-:]/g, '')}`;
}

/** RFC 5545, 3.3.11. Control characters other than tab and newline are removed. */
function escapeText(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/(?![\t\n])\p{Cc}/gu, '')
    .replaceAll(/[\\;,]/g, (found) => `\\${found}`)
    .replaceAll('\n', '\\n');
}

/** RFC 5545, 3.1. Never folds within a character. */
function foldLine(line: string): string {
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const width = octetsOf(character);
    if (octets + width > lineOctetsMax) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += width;
  }
  return folded;
}

/** Length in UTF-8. */
function octetsOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}
