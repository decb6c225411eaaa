import { type AllowList, isAmong, networkOf } from './address.ts';

/**
 * The client address that rate limits count a request against. `remote` is the peer of the connection. `X-Forwarded-For`
 * is read from the right and believed only as far as the hops are trusted proxies, because the client can write anything
 * into its left part. An IPv6 client is counted by its /64 network, since one caller controls all of it.
 */
export function clientAddress(remote: string, forwardedFor: string | undefined, proxies: AllowList): string {
  const hops = [...(forwardedFor ?? '').split(',').map((hop) => hop.trim()), remote];
  let address = remote;
  for (const hop of hops.reverse()) {
    // An entry that is not an address identifies nobody, so the request counts for the proxy that forwarded it.
    if (networkOf(hop) === null) break;
    address = hop;
    if (!isAmong(proxies, hop)) break;
  }
  return networkOf(address) ?? 'unknown';
}
