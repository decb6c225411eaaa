import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { type AllowList, mayReach } from './address.ts';
import { judgeUrl, type UrlVerdict } from './client.ts';

export type WebhookUrlRules = {
  readonly allow: AllowList;
  readonly httpsOnly: boolean;
  /** Name resolution; the system's by default. */
  readonly lookup?: LookupFunction;
};

/** Below this port webhooks may use only 80 and 443: the others belong to services that must not receive requests. */
const freePortMin = 1024;
const webPorts: ReadonlySet<number> = new Set([80, 443]);

/** Names of hosts on a private network. */
const localNames = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa)$/;

/** How long a name may take to resolve when an endpoint is registered, in milliseconds. */
const lookUpMsMax = 2000;

/** Whether a URL may receive webhooks, judged by its text alone. Checked before every attempt, in addition to the client's own checks. */
export function judgeWebhookUrl({ allow, httpsOnly }: WebhookUrlRules, text: string): UrlVerdict {
  const verdict = judgeUrl(allow, text);
  if (!verdict.ok) return verdict;
  const { url } = verdict;
  if (httpsOnly && url.protocol !== 'https:') return refuse('webhook URLs must use https');
  const port = url.port === '' ? null : Number(url.port);
  if (port !== null && port < freePortMin && !webPorts.has(port))
    return refuse(`port ${port} is not allowed: use 80, 443 or a port from ${freePortMin} up`);
  const host = url.hostname.replace(/\.$/, '');
  const isName = isIP(host.replace(/^\[|\]$/g, '')) === 0;
  // If the operator allowed private ranges, private names are intended.
  if (isName && allow.length === 0 && (!host.includes('.') || localNames.test(host)))
    return { ok: false, reason: 'refused_address', detail: `${host} is a name on a private network` };
  return verdict;
}

/**
 * Like `judgeWebhookUrl`, and also checks the addresses that its name resolves to now. A name that does not resolve is
 * accepted, since it may resolve later: every connection is checked again.
 */
export async function checkWebhookUrl(rules: WebhookUrlRules, text: string): Promise<UrlVerdict> {
  const verdict = judgeWebhookUrl(rules, text);
  if (!verdict.ok) return verdict;
  const host = verdict.url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return verdict;
  const addresses = await resolveName(rules.lookup ?? systemLookup, host);
  if (addresses.every((address) => mayReach(rules.allow, address))) return verdict;
  return { ok: false, reason: 'refused_address', detail: `${host} resolves to an address that is not permitted` };
}

function resolveName(lookup: LookupFunction, host: string): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve([]), lookUpMsMax);
    lookup(host, { all: true }, (error, answers) => {
      clearTimeout(late);
      resolve(error || typeof answers === 'string' ? [] : answers.map(({ address }) => address));
    });
  });
}

function refuse(detail: string): UrlVerdict {
  return { ok: false, reason: 'bad_url', detail };
}
