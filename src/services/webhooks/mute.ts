import type { UrlVerdict } from '../../net/client.ts';
import type { WebhookDeps } from '../deps.ts';
import { makeVault } from '../vault.ts';

const refused: UrlVerdict = { ok: false, reason: 'refused_address', detail: 'webhooks are not sent by this program' };

/** For programs that settle predictions without sending webhooks: replays and measurements. */
export const muteWebhooks: WebhookDeps = {
  schedule: [],
  leaseMs: 0,
  vault: makeVault('no secret is stored'),
  random: () => 0,
  checkUrlText: () => refused,
  checkUrl: async () => refused,
  post: async () => {
    throw new Error('webhooks are not sent by this program');
  },
  attemptCounts: new Map(),
};
