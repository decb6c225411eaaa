import { formatInstant, type Instant } from '../instant.ts';
import { failingMsMax } from './delivery.ts';

type Health = {
  readonly status: 'enabled' | 'disabled';
  readonly disabledReason: 'manual' | 'gone' | 'failing' | null;
  readonly failingSince: Instant | null;
};

/** What people who look at an endpoint must see at once; null when all is well. */
export function endpointWarning(health: Health, now: Instant): string | null {
  switch (health.disabledReason) {
    case 'gone':
      return 'Disabled: it answered 410 Gone. What happens meanwhile is held; enable it and recover.';
    case 'failing':
      return `Disabled: nothing was delivered since ${sinceText(health.failingSince)}. What happens meanwhile is held; enable it and recover.`;
    case 'manual':
      return 'Disabled by a person. What happens meanwhile is held; enable it and recover.';
    case null: {
      if (health.failingSince === null) return null;
      const percent = Math.min(100, Math.floor(((now - health.failingSince) / failingMsMax) * 100));
      const disables = formatInstant(health.failingSince + failingMsMax);
      return `Failing since ${sinceText(health.failingSince)}: ${percent} % of the time it is given. From ${disables} on, the next delivery that is given up disables it.`;
    }
  }
}

function sinceText(since: Instant | null): string {
  return since === null ? 'long ago' : formatInstant(since);
}
