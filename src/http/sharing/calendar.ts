import { z } from '@hono/zod-openapi';
import { describeCriterion } from '../../domain/criterion/text.ts';
import { predictionPagePath } from '../../domain/public-url.ts';
import { type Deadline, renderCalendar } from '../../domain/sharing/icalendar.ts';
import { calendarDeadlinesMax, getCalendar, passedDaysMax } from '../../services/sharing/calendar.ts';
import { operation } from '../operation/operation.ts';
import { predictionExample } from '../predictions/examples.ts';
import { predictionFilterFields, predictionFilterOf } from '../predictions/filter.ts';

const mediaType = 'text/calendar';
/** Lifetime of a calendar in caches. */
const calendarSecondsMax = 300;
/** Suggested interval between refreshes by calendar programs. */
const refreshHours = 12;
const title = 'Outturn: when predictions are due';

type Row = Awaited<ReturnType<typeof getCalendar>>[number];

function deadlineOf(row: Row, { base, hasPages }: { readonly base: string; readonly hasPages: boolean }): Deadline[] {
  if (row.resolveBy === null) return [];
  const json = `${base}/v1/predictions/${row.id}`;
  const links = hasPages ? [`${base}${predictionPagePath(row.slug)}`, json] : [json];
  return [
    {
      // The reserved domain `.invalid` keeps the id stable if the service moves to another host.
      uid: `${row.id}@outturn.invalid`,
      end: row.resolveBy,
      changedAt: Math.max(row.editedAt, row.criterionAt),
      summary: row.statement,
      description: `${describeCriterion(row.criterion)}\n\n${links.join('\n')}`,
      url: links[0] ?? json,
      categories: row.tags,
    },
  ];
}

const calendar = operation({
  method: 'get',
  path: '/calendar.ics',
  operationId: 'getCalendar',
  tag: 'For other sites',
  summary: 'Get the calendar of deadlines',
  description: `Returns the deadlines of open and proposed predictions as an iCalendar (RFC 5545) to subscribe to: whole days in UTC, or a moment if the criterion names one. Contains the ${calendarDeadlinesMax} earliest deadlines, including those that passed at most ${passedDaysMax} days ago. Accepts the filters of \`GET /v1/predictions\`.`,
  access: 'read',
  toleratesLag: true,
  query: predictionFilterFields,
  response: {
    status: 200,
    description: 'The calendar as iCalendar.',
    schema: z.string(),
    example: renderCalendar(
      [
        {
          uid: `${predictionExample.id}@outturn.invalid`,
          end: Date.UTC(2026, 0, 1),
          changedAt: Date.UTC(2025, 0, 20),
          summary: predictionExample.statement,
          description: 'The criterion in words.',
          url: `https://outturn.example.com/predictions/${predictionExample.slug}`,
          categories: predictionExample.tags,
        },
      ],
      title,
      refreshHours,
    ),
    mediaType,
  },
  handle: async ({ services }, { query, target }) => {
    const rows = await getCalendar(services, predictionFilterOf(query));
    const site = { base: target.base(), hasPages: services.hasPages };
    const deadlines = rows.flatMap((row) => deadlineOf(row, site));
    return {
      text: renderCalendar(deadlines, title, refreshHours),
      mediaType: `${mediaType}; charset=utf-8`,
      secondsMax: calendarSecondsMax,
    };
  },
});

export const calendarOperations = [calendar];
