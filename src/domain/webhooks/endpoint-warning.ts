import { formatInstant, type Instant } from '../instant.ts';
import { failingMsMax } from './delivery.ts';

type Health = {
  readonly status: 'enabled' | 'disabled';
  readonly disabledReason: 'manual' | 'gone' | 'failing' | null;
  readonly failingSince: Instant | null;
};

/** The warning that an endpoint shows to its owner; null when it is healthy. */
export function endpointWarning(health: Health, now: Instant): string | null {
  switch (health.disabledReason) {
    case 'gone':
      return 'Disabled because it answered 410 Gone. Events are held meanwhile: enable it, then recover them.';
    case 'failing':
      return `Disabled because every delivery has failed since ${sinceText(health.failingSince)}. Events are held meanwhile: enable it, then recover them.`;
    case 'manual':
      return 'Disabled by a person. Events are held meanwhile: enable it, then recover them.';
    case null: {
      if (health.failingSince === null) return null;
      const percent = Math.min(100, Math.floor(((now - health.failingSince) / failingMsMax) * 100));
      const disables = formatInstant(health.failingSince + failingMsMax);
      return `Failing since ${sinceText(health.failingSince)}: ${percent} % of the time after which it is disabled. After ${disables}, the next delivery that runs out of attempts disables it.`;
    }
  }
}

function sinceText(since: Instant | null): string {
  return since === null ? 'an unknown time' : formatInstant(since);
}
