import type { LookupFunction } from 'node:net';
import { parseSchedule, retryScheduleDefault } from '../../src/domain/webhooks/retry-schedule.ts';
import { parseCidrs } from '../../src/net/address.ts';
import { makeClient } from '../../src/net/client.ts';
import { postWebhook } from '../../src/net/post-webhook.ts';
import { checkWebhookUrl, judgeWebhookUrl } from '../../src/net/webhook-url.ts';
import type { WebhookDeps } from '../../src/services/deps.ts';
import { makeVault } from '../../src/services/vault.ts';

/** Test receivers are on loopback; the time limit is short, because some of them never answer. */
const allow = parseCidrs('127.0.0.0/8');
export const testExchangeMsMax = 1000;
export const testSecret = 'a secret of sixteen or more';

/**
 * Resolves names without a network: `*.private.test` to a private address, others to a public one that is never
 * contacted.
 */
const lookup: LookupFunction = (hostname, _options, callback) => {
  const address = hostname.endsWith('private.test') ? '10.0.0.1' : '93.184.216.34';
  callback(null, [{ address, family: 4 }]);
};

/** The program's own dependencies, except for name resolution, time and randomness: jitter is zero. */
export function makeWebhookDeps(now: () => number): WebhookDeps & { close(): Promise<void> } {
  const rules = { allow, httpsOnly: false, lookup };
  const client = makeClient({ allow, lookup, userAgent: 'outturn-test', connectionsPerOriginMax: null });
  const settings = { client, rules, exchangeMsMax: testExchangeMsMax, now };
  return {
    schedule: parseSchedule(retryScheduleDefault),
    leaseMs: 30_000,
    vault: makeVault(testSecret),
    random: () => 0,
    checkUrlText: (url) => judgeWebhookUrl(rules, url),
    checkUrl: (url) => checkWebhookUrl(rules, url),
    post: (ask, signal) => postWebhook(settings, ask, signal),
    attemptCounts: new Map(),
    close: () => client.close(),
  };
}
