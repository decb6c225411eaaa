import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPublicAddress, mayReach, parseCidrs } from '../../src/net/address.ts';

const refused = `
0.0.0.0 0.1.2.3 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255 169.254.0.0 169.254.169.254
172.16.0.0 172.31.255.255 192.0.0.1 192.0.0.255 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.0 198.19.255.255
198.51.100.7 203.0.113.255 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 168.63.129.16
:: ::1 ::7f00:1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1 ::ffff:169.254.169.254
64:ff9b::7f00:1 64:ff9b:1::1 100::1 1::1 0:0:0:1::1 1fff:ffff::1 2001::1 2001:10::1 2001:20::1 2001:1ff:ffff::1 2001:db8::1
2002:7f00:1:: 2002:808:808::1 3fff::1 3fff:fff:ffff::1 4000::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fec0::1 ff02::1 ff:ffff::1
`;

const open = `
1.0.0.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15 168.63.129.17
169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
223.255.255.255 ::ffff:8.8.8.8 2001:200::1 2001:4860:4860::8888 2003::1 2606:4700::1111 2a00:1450::1 3ffe::1
`;

const words = (text: string) => text.trim().split(/\s+/);

describe('isPublicAddress', () => {
  it.each(words(refused))('rejects %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(words(open))('accepts %s as public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    '',
    'localhost',
    '8.8.8',
    '08.8.8.8',
    '0x8.8.8.8',
    '134744072',
    '8.8.8.8:80',
    '[2606:4700::1111]',
    '2606:4700::1111%eth0',
    ' 8.8.8.8',
  ])('rejects "%s", which is not in canonical form', (text) => {
    expect(isPublicAddress(text)).toBe(false);
  });

  it('gives an IPv4 address and its IPv6-mapped form the same result', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(isPublicAddress(`::ffff:${address}`)).toBe(isPublicAddress(address));
      }),
    );
  });

  it('treats no IPv6 address outside 2000::/3 as public', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const first = Number.parseInt(new URL(`http://[${address}]`).hostname.slice(1).split(':')[0] || '0', 16);
        fc.pre(first < 0x2000 || first > 0x3fff);
        fc.pre(!/^\[::ffff:[0-9a-f]+:[0-9a-f]+\]$/.test(new URL(`http://[${address}]`).hostname));
        expect(isPublicAddress(address)).toBe(false);
      }),
    );
  });
});

describe('parseCidrs', () => {
  it('reads blocks and single addresses of both families, separated by commas or white space', () => {
    const allow = parseCidrs(' 10.0.0.0/8,fd00::/8\n192.168.1.7 ');
    expect(['10.9.8.7', 'fd12::1', '192.168.1.7', '8.8.8.8'].map((address) => mayReach(allow, address))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['11.0.0.1.2', '192.168.1.8', 'fe80::1', '127.0.0.1'].map((address) => mayReach(allow, address))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('matches an IPv4 block against IPv6-mapped addresses too', () => {
    expect(mayReach(parseCidrs('127.0.0.0/8'), '::ffff:127.0.0.1')).toBe(true);
  });

  it('reads an empty string as an empty list', () => {
    expect(parseCidrs(' ')).toEqual([]);
  });

  it.each([
    ['private', 'not an IP address block'],
    ['10.0.0.0/', 'not a whole number'],
    ['10.0.0.0/8/8', 'not an IP address block'],
    ['10.0.0.0/33', 'prefix above 32'],
    ['10.0.0.0/08', 'not a whole number'],
    ['10.0.0.0/-1', 'not a whole number'],
    ['10.0.0.1/8', 'bits set after its prefix'],
    ['fd00::1/8', 'bits set after its prefix'],
    ['fd00::/129', 'prefix above 128'],
    ['10.0.0/8', 'not an IP address block'],
    ['010.0.0.0/8', 'not an IP address block'],
    ['::ffff:10.0.0.0/104', 'write it as IPv4'],
    ['fe80::%eth0/64', 'not an IP address block'],
  ])('rejects %s with the reason', (entry, why) => {
    expect(() => parseCidrs(`127.0.0.0/8, ${entry}`)).toThrowError(
      expect.objectContaining({ code: 'validation_failed', message: expect.stringContaining(why) }),
    );
  });

  it('rejects a list with too many blocks', () => {
    expect(() => parseCidrs('10.0.0.0/8 '.repeat(257))).toThrowError(/at most 256/);
  });
});
