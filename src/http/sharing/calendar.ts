import { z } from '@hono/zod-openapi';
import { describeCriterion } from '../../domain/criterion/text.ts';
import { dayMs } from '../../domain/instant.ts';
import { modelPagePath, modelsPagePath, predictionPagePath } from '../../domain/public-url.ts';
import { Refusal } from '../../domain/refusal.ts';
import { type Deadline, renderCalendar } from '../../domain/sharing/icalendar.ts';
import {
  calendarDeadlinesMax,
  getCalendar,
  getCalendarOfEnds,
  passedDaysMax,
} from '../../services/sharing/calendar.ts';
import { watchExample } from '../model-watches/examples.ts';
import { filterText } from '../operation/fields.ts';
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

type End = Awaited<ReturnType<typeof getCalendarOfEnds>>[number];

/** An end of a month is shown on its first day. */
function endOf(end: End, { base, hasPages }: { readonly base: string; readonly hasPages: boolean }): Deadline[] {
  const { date, model, id, scope, host, kind, successor } = end;
  if (date === null) return [];
  const { vendor, slug } = model;
  const list = `/v1/ends?vendor=${encodeURIComponent(vendor)}&state=all`;
  const json = `${base}${slug === null ? list : `/v1/models/${vendor}/${slug}`}`;
  const page = `${base}${slug === null ? modelsPagePath(vendor) : modelPagePath(vendor, slug)}`;
  const links = hasPages ? [page, json] : [json];
  const words = [`${kind} end, stated by ${end.sources[0]?.feed ?? 'a feed'}`];
  if (successor !== null) words.push(`Successor: ${successor.id}`);
  return [
    {
      uid: `end/${model.vendor}/${model.family}/${id}/${scope}/${host ?? ''}@outturn.invalid`,
      end: date.from + dayMs,
      changedAt: end.statedSince,
      sequence: end.movedFrom.length,
      summary: `${id}${host === null ? '' : ` on ${host}`} ${kind === 'earliest' ? 'ends no earlier than this day' : 'ends'}`,
      description: `${words.join('\n')}\n\n${links.join('\n')}`,
      url: links[0] ?? base,
      categories: [model.vendor],
    },
  ];
}

/** Refuses a filter that the chosen contents do not have. */
function showsEnds(
  show: 'deadlines' | 'ends' | undefined,
  watch: string | undefined,
  query: Readonly<Record<string, unknown>>,
): boolean {
  const isOfEnds = (show ?? (watch === undefined ? 'deadlines' : 'ends')) === 'ends';
  const wrong = isOfEnds
    ? Object.keys(query).find((name) => name !== 'vendor' && name !== 'family' && query[name] !== undefined)
    : watch && 'watch';
  if (!wrong) return isOfEnds;
  const detail = `${wrong} does not filter ${isOfEnds ? 'ends; leave it out, or set show=deadlines' : 'deadlines; leave it out, or set show=ends'}`;
  throw new Refusal('validation_failed', detail, [{ detail, pointer: `#/${wrong}` }]);
}

const calendar = operation({
  method: 'get',
  path: '/calendar.ics',
  operationId: 'getCalendar',
  tag: 'For other sites',
  summary: 'Get the calendar of deadlines',
  description: `Returns the deadlines of open and proposed predictions as an iCalendar (RFC 5545) to subscribe to: whole days in UTC, or a moment if the criterion names one. Contains the ${calendarDeadlinesMax} earliest deadlines, including those that passed at most ${passedDaysMax} days ago. Accepts the filters of \`GET /v1/predictions\`. With \`show=ends\` or \`watch\` it contains stated ends of models instead, filtered by \`watch\`, \`vendor\` and \`family\`, each as a whole day with a UID that stays and a SEQUENCE that grows when the date moves.`,
  access: 'read',
  toleratesLag: true,
  query: {
    ...predictionFilterFields,
    show: z.enum(['deadlines', 'ends']).optional().meta({
      description: 'Default: `deadlines`, or `ends` with `watch`.',
      example: 'ends',
    }),
    watch: filterText('The id or the name of a watch: the ends of its ids.', watchExample.name),
  },
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
  refusals: ['not_found'],
  handle: async ({ services }, { query: { watch, show, ...query }, target }) => {
    const site = { base: target.base(), hasPages: services.hasPages };
    const isOfEnds = showsEnds(show, watch, query);
    const { vendor, family } = query;
    const deadlines = isOfEnds
      ? (await getCalendarOfEnds(services, { watch, vendor, family })).flatMap((end) => endOf(end, site))
      : (await getCalendar(services, predictionFilterOf(query))).flatMap((row) => deadlineOf(row, site));
    return {
      text: renderCalendar(
        deadlines,
        isOfEnds ? `Outturn: ends of ${watch ?? vendor ?? family ?? 'models'}` : title,
        refreshHours,
      ),
      mediaType: `${mediaType}; charset=utf-8`,
      secondsMax: calendarSecondsMax,
    };
  },
});

export const calendarOperations = [calendar];
