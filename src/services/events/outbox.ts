import { type EventType, eventText } from '../../domain/events/event.ts';
import type { Instant } from '../../domain/instant.ts';
import { withAbsoluteLinks } from '../../domain/public-url.ts';
import { firstDelayMs } from '../../domain/webhooks/retry-schedule.ts';
import type { Sql } from '../../store/db.ts';
import { insertEvent } from '../../store/events.ts';
import type { Deps } from '../deps.ts';

/** Something that subscribers are told, and what it is about. */
export type Told = {
  readonly type: EventType;
  readonly occurredAt: Instant;
  readonly predictionId?: string | undefined;
  readonly resolutionId?: string | undefined;
  readonly feedId?: string | undefined;
  readonly endpointId?: string | undefined;
  readonly model?: { readonly vendor: string; readonly family: string } | undefined;
  readonly data: Readonly<Record<string, unknown>>;
};

/** Records an event and its deliveries, in the transaction that makes it true. The one way to tell anybody anything. */
export async function recordEvent(tx: Sql, deps: Deps, told: Told): Promise<void> {
  const { publicUrl } = deps;
  await insertEvent(tx, {
    id: deps.newId('evt'),
    type: told.type,
    occurredAt: told.occurredAt,
    predictionId: told.predictionId ?? null,
    resolutionId: told.resolutionId ?? null,
    feedId: told.feedId ?? null,
    endpointId: told.endpointId ?? null,
    model: told.model ?? null,
    text: eventText(
      told.type,
      told.occurredAt,
      publicUrl === null ? told.data : withAbsoluteLinks(told.data, publicUrl),
    ),
    dueAt: told.occurredAt + firstDelayMs(deps.webhooks.schedule),
  });
}
