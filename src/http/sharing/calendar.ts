import { z } from '@hono/zod-openapi';
import { describeCriterion } from '../../domain/criterion/text.ts';
import { type Deadline, renderCalendar } from '../../domain/sharing/icalendar.ts';
import { calendarDeadlinesMax, getCalendar, passedDaysMax } from '../../services/sharing/calendar.ts';
import { operation } from '../operation/operation.ts';
import { predictionExample } from '../predictions/examples.ts';
import { predictionFilterFields, predictionFilterOf } from '../predictions/filter.ts';

const mediaType = 'text/calendar';
/** Anybody may keep a calendar so long before asking again. */
const calendarSecondsMax = 300;
/** How often programs are asked to look again: deadlines move seldom. */
const refreshHours = 12;
const title = 'Outturn: when predictions are due';

type Row = Awaited<ReturnType<typeof getCalendar>>[number];

function deadlineOf(row: Row, base: string): Deadline[] {
  if (row.resolveBy === null) return [];
  const url = `${base}/v1/predictions/${row.id}`;
  return [
    {
      // A name that belongs to nobody, so that it is the same whatever this service is called today.
      uid: `${row.id}@outturn.invalid`,
      end: row.resolveBy,
      changedAt: Math.max(row.editedAt, row.criterionAt),
      summary: row.statement,
      description: `${describeCriterion(row.criterion)}\n\n${url}`,
      url,
      categories: row.tags,
    },
  ];
}

const calendar = operation({
  method: 'get',
  path: '/calendar.ics',
  operationId: 'getCalendar',
  tag: 'For other sites',
  summary: 'When predictions are due, as a calendar',
  description: `The deadlines of predictions that are not settled (iCalendar, RFC 5545), to be subscribed to: whole days in UTC, or an instant where the criterion has one. The ${calendarDeadlinesMax} soonest; those that passed stay for ${passedDaysMax} days while nothing has settled them. Filters are those of the list of predictions.`,
  access: 'read',
  bearsLag: true,
  query: predictionFilterFields,
  answer: {
    status: 200,
    description: 'The calendar.',
    schema: z.string(),
    example: renderCalendar(
      [
        {
          uid: `${predictionExample.id}@outturn.invalid`,
          end: Date.UTC(2026, 0, 1),
          changedAt: Date.UTC(2025, 0, 20),
          summary: predictionExample.statement,
          description: predictionExample.criterion_text,
          url: `https://outturn.example.com/v1/predictions/${predictionExample.id}`,
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
    const deadlines = rows.flatMap((row) => deadlineOf(row, target.base));
    return {
      text: renderCalendar(deadlines, title, refreshHours),
      mediaType: `${mediaType}; charset=utf-8`,
      secondsMax: calendarSecondsMax,
    };
  },
});

export const calendarOperations = [calendar];
