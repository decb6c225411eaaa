import { describe, expect, test } from 'vitest';
import { parseCidrs } from '../../src/net/address.ts';
import { clientAddress } from '../../src/net/client-address.ts';

const proxies = parseCidrs('10.0.0.0/8, fd00::/8');

describe('the client address used for rate limits', () => {
  test.each([
    ['without a proxy, it is the peer', '203.0.113.7', undefined, '203.0.113.7'],
    ['X-Forwarded-For from an untrusted peer is ignored', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['behind a trusted proxy, it is the forwarded address', '10.0.0.1', '203.0.113.7', '203.0.113.7'],
    [
      'behind two trusted proxies, it is the address that the first one saw',
      '10.0.0.1',
      '203.0.113.7, 10.9.9.9',
      '203.0.113.7',
    ],
    [
      'addresses to the left of the first untrusted one are ignored',
      '10.0.0.1',
      '198.51.100.1, 203.0.113.7',
      '203.0.113.7',
    ],
    ['without X-Forwarded-For, it is the proxy', '10.0.0.1', undefined, '10.0.0.1'],
    ['with an unusable X-Forwarded-For, it is the proxy', '10.0.0.1', 'unknown', '10.0.0.1'],
    ['parsing stops at the first invalid entry', '10.0.0.1', '203.0.113.7, _hidden, 10.2.2.2', '10.2.2.2'],
    ['if every entry is a trusted proxy, it is the outermost one', '10.0.0.1', '10.3.3.3, 10.2.2.2', '10.3.3.3'],
    ['an IPv6 address counts as its /64 network', '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
    ['all addresses of a /64 network count as one', '2001:db8:1:2::', undefined, '2001:db8:1:2::/64'],
    ['an IPv6-mapped IPv4 address counts as the IPv4 address', '::ffff:203.0.113.7', undefined, '203.0.113.7'],
    ['behind an IPv6 proxy, it is the forwarded address', 'fd00::1', '203.0.113.7', '203.0.113.7'],
    ['a closed connection has no address', '', undefined, 'unknown'],
  ])('%s', (_what, remote, forwardedFor, expected) => {
    expect(clientAddress(remote, forwardedFor, proxies)).toBe(expected);
  });
});
