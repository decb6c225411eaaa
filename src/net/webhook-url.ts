import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { type AllowList, mayReach } from './address.ts';
import { judgeUrl, type UrlVerdict } from './client.ts';

export type WebhookUrlRules = {
  readonly allow: AllowList;
  readonly httpsOnly: boolean;
  /** Name resolution; the system's unless told. */
  readonly lookup?: LookupFunction;
};

/** Below this only the ports of the web are open to webhooks: the rest are other services', which must not be spoken to. */
const freePortMin = 1024;
const webPorts: ReadonlySet<number> = new Set([80, 443]);

/** Names that mean a machine of one's own network. */
const localNames = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa)$/;

/** How long a name may take to resolve when an address is looked at before it is used. */
const lookUpMsMax = 2000;

/** Whether a URL may be told anything, as far as its text says; before every attempt, beside what the client vets itself. */
export function judgeWebhookUrl({ allow, httpsOnly }: WebhookUrlRules, text: string): UrlVerdict {
  const verdict = judgeUrl(allow, text);
  if (!verdict.ok) return verdict;
  const { url } = verdict;
  if (httpsOnly && url.protocol !== 'https:') return refuse('only https is told anything here');
  const port = url.port === '' ? null : Number(url.port);
  if (port !== null && port < freePortMin && !webPorts.has(port))
    return refuse(`port ${port} belongs to another service: use 80, 443 or one from ${freePortMin} on`);
  const host = url.hostname.replace(/\.$/, '');
  const isName = isIP(host.replace(/^\[|\]$/g, '')) === 0;
  // Where the operator opened private ranges, names in them are meant.
  if (isName && allow.length === 0 && (!host.includes('.') || localNames.test(host)))
    return { ok: false, reason: 'refused_address', detail: `${host} is a name of a private network` };
  return verdict;
}

/**
 * The same, and what its name resolves to at this moment. A name that does not resolve now may do so later, and is let
 * pass: each connection is vetted again.
 */
export async function vetWebhookUrl(rules: WebhookUrlRules, text: string): Promise<UrlVerdict> {
  const verdict = judgeWebhookUrl(rules, text);
  if (!verdict.ok) return verdict;
  const host = verdict.url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return verdict;
  const addresses = await resolveName(rules.lookup ?? systemLookup, host);
  if (addresses.every((address) => mayReach(rules.allow, address))) return verdict;
  return { ok: false, reason: 'refused_address', detail: `${host} resolves to an address that may not be reached` };
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
