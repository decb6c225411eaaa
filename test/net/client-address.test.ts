import { describe, expect, test } from 'vitest';
import { parseCidrs } from '../../src/net/address.ts';
import { clientAddress } from '../../src/net/client-address.ts';

const proxies = parseCidrs('10.0.0.0/8, fd00::/8');

describe('the address that a request counts for', () => {
  test.each([
    ['without a proxy is the other end', '203.0.113.7', undefined, '203.0.113.7'],
    ['is the other end, whatever it says, where it is no trusted proxy', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['behind a proxy is what the proxy says', '10.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['behind two proxies is what the first of them says', '10.0.0.1', '203.0.113.7, 10.9.9.9', '203.0.113.7'],
    ['is not what a caller wrote further left', '10.0.0.1', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['is the proxy where that says nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['is the proxy where that says nothing of use', '10.0.0.1', 'unknown', '10.0.0.1'],
    ['is the last proxy before what is no address', '10.0.0.1', '203.0.113.7, _hidden, 10.2.2.2', '10.2.2.2'],
    ['is the outermost proxy where all are', '10.0.0.1', '10.3.3.3, 10.2.2.2', '10.3.3.3'],
    ['is the network of IPv6', '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
    ['is the same for all of that network', '2001:db8:1:2::', undefined, '2001:db8:1:2::/64'],
    ['of IPv4 mapped into IPv6 is that of IPv4', '::ffff:203.0.113.7', undefined, '203.0.113.7'],
    ['behind an IPv6 proxy is what the proxy says', 'fd00::1', '203.0.113.7', '203.0.113.7'],
    ['of a connection that is gone is nobody in particular', '', undefined, 'unknown'],
  ])('%s', (_what, remote, forwardedFor, expected) => {
    expect(clientAddress(remote, forwardedFor, proxies)).toBe(expected);
  });
});
