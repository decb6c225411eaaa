import { z } from 'zod';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Deps } from '../services/deps.ts';
import type { FeedView } from '../services/feeds/feeds.ts';
import { getServiceState } from '../services/service/status.ts';
import { renderTable } from './table.ts';

const pollSchema = z.object({ result: z.string(), at: z.string(), error: z.string().nullable() });

/** What `outturn status --json` prints. A running server sends the same. */
export const statusSchema = z.object({
  version: z.string(),
  /** Null when the database was read without a server. */
  server: z.object({ pid: z.int(), uptime_seconds: z.int() }).nullable(),
  database: z.enum(['embedded', 'server']),
  feeds: z.array(
    z.object({ slug: z.string(), enabled: z.boolean(), health: z.string(), last_poll: pollSchema.nullable() }),
  ),
  predictions: z.object({
    total: z.int(),
    open: z.int(),
    proposed: z.int(),
    disputed: z.int(),
    resolved: z.int(),
    withdrawn: z.int(),
  }),
  /** The position of the newest event; 0 without events. */
  event_head: z.int(),
  deliveries_pending: z.int(),
});

export type Status = z.infer<typeof statusSchema>;

/** The process that reads the status; `startedAt` is null if it is not a server. */
export type StatusReader = { readonly version: string; readonly startedAt: Instant | null };

export async function readStatus(deps: Deps, { version, startedAt }: StatusReader): Promise<Status> {
  const { feeds, predictions, eventHead, deliveriesPending } = await getServiceState(deps);
  const { total, open, proposed, disputed, resolved, withdrawn } = predictions;
  return {
    version,
    server:
      startedAt === null ? null : { pid: process.pid, uptime_seconds: Math.floor((deps.now() - startedAt) / 1000) },
    database: deps.db.kind,
    feeds: feeds.map(feedStatus),
    predictions: { total, open, proposed, disputed, resolved, withdrawn },
    event_head: eventHead,
    deliveries_pending: deliveriesPending,
  };
}

function feedStatus({ feed, health, lastPoll }: FeedView): Status['feeds'][number] {
  const last =
    lastPoll === null
      ? null
      : {
          result: lastPoll.result,
          at: formatInstant(lastPoll.finishedAt ?? lastPoll.startedAt),
          error: lastPoll.errorDetail ?? lastPoll.suspectReason ?? lastPoll.errorCode,
        };
  return { slug: feed.slug, enabled: feed.enabled, health, last_poll: last };
}

export function renderStatus(status: Status): string {
  const { version, server, database, predictions, event_head, deliveries_pending, feeds } = status;
  const { total, open, proposed, disputed, resolved, withdrawn } = predictions;
  const state =
    server === null ? 'read from the database' : `process ${server.pid}, up ${uptimeText(server.uptime_seconds)}`;
  const rows = feeds.map(({ slug, enabled, health, last_poll }) => [
    slug,
    enabled ? health : 'disabled',
    last_poll === null ? 'not polled yet' : `${last_poll.result} ${last_poll.at}`,
    last_poll?.error ?? '',
  ]);
  return [
    `Outturn ${version}, ${state} (${database})`,
    `Predictions  ${total}: ${open} open, ${proposed} proposed, ${disputed} disputed, ${resolved} resolved, ${withdrawn} withdrawn`,
    `Events       ${event_head}`,
    `Deliveries   ${deliveries_pending} pending`,
    ...(rows.length === 0
      ? ['Feeds        none']
      : ['', ...renderTable([['feed', 'health', 'last poll', 'error'], ...rows])]),
  ].join('\n');
}

function uptimeText(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const days = Math.floor(hours / 24);
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${Math.floor(seconds / 60) % 60} min`;
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
}
