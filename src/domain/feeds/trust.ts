/** The trust of a feed, highest first. It is an upper limit: the parser may lower it for single items. */
export const trusts = ['first_party', 'curated', 'aggregator', 'community'] as const;

export type Trust = (typeof trusts)[number];

/** The rank of a trust: a larger number is a higher trust. */
export function trustRank(trust: Trust): number {
  return trusts.length - trusts.indexOf(trust);
}

export function lowerTrust(a: Trust, b: Trust): Trust {
  return trustRank(a) <= trustRank(b) ? a : b;
}
