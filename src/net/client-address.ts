import { type AllowList, isAmong, networkOf } from './address.ts';

/**
 * The address that a request counts for. `remote` is the other end of the connection; what a proxy says of its client
 * (`X-Forwarded-For`) is believed of trusted proxies only, from the right, as anybody may have written what stands further left.
 * Of IPv6 the network (/64) counts, since one caller has all of it.
 */
export function clientAddress(remote: string, forwardedFor: string | undefined, proxies: AllowList): string {
  const hops = [...(forwardedFor ?? '').split(',').map((hop) => hop.trim()), remote];
  let address = remote;
  for (const hop of hops.reverse()) {
    // What is no address tells nothing: the proxy that passed it on stands for it.
    if (networkOf(hop) === null) break;
    address = hop;
    if (!isAmong(proxies, hop)) break;
  }
  return networkOf(address) ?? 'unknown';
}
