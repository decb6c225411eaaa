import type { UrlVerdict } from '../../net/client.ts';
import type { WebhookDeps } from '../deps.ts';
import { makeVault } from '../vault.ts';

const nowhere: UrlVerdict = { ok: false, reason: 'refused_address', detail: 'nobody is told anything here' };

/** For programs that settle predictions and tell nobody: replays and measurements. */
export const muteWebhooks: WebhookDeps = {
  schedule: [],
  leaseMs: 0,
  vault: makeVault('nothing is kept'),
  random: () => 0,
  checkUrlText: () => nowhere,
  checkUrl: async () => nowhere,
  post: async () => {
    throw new Error('nobody is told anything here');
  },
  tally: new Map(),
};
