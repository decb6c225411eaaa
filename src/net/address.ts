import { isIP, isIPv4 } from 'node:net';
import { Refusal } from '../domain/refusal.ts';

/** A block of addresses: `base` is the first one as a number, `prefixBits` how many leading bits all of them share. */
export type Cidr = { readonly family: 4 | 6; readonly base: bigint; readonly prefixBits: number };

/** Private blocks that the operator allows feeds and webhooks to connect to. */
export type AllowList = readonly Cidr[];

type Address = { readonly family: 4 | 6; readonly bits: bigint };

const widthBits = { 4: 32, 6: 128 } as const;

/** The most blocks in an allow list. */
export const allowCidrsMax = 256;

// Blocks that the IANA special-purpose registry keeps off the public internet, multicast, the former class E, and one
// public address at which a large cloud provider serves its virtual machines internally.
const refusedV4 = parseBlocks([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '168.63.129.16/32',
]);

// IPv6 works the other way round: only the block assigned to global unicast is public, so that no address outside it
// that embeds an IPv4 address gets through.
const globalV6 = parseBlocks(['2000::/3']);

// Protocol assignments (Teredo among them), documentation, 6to4 and documentation again.
const refusedV6 = parseBlocks(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

/**
 * Whether an IP literal is an address of the public internet. An IPv4-mapped IPv6 address is treated as IPv4.
 * False for anything that is not a plain IP literal, such as a host name or a scoped address.
 */
export function isPublicAddress(address: string): boolean {
  const read = readAddress(address);
  if (read === null) return false;
  if (read.family === 4) return !isWithin(refusedV4, read);
  return isWithin(globalV6, read) && !isWithin(refusedV6, read);
}

/** Whether a connection to this IP literal is permitted: public, or in the operator's allow list. */
export function mayReach(allow: AllowList, address: string): boolean {
  if (isPublicAddress(address)) return true;
  const read = readAddress(address);
  return read !== null && isWithin(allow, read);
}

/** Whether an IP literal lies in one of the blocks. */
export function isAmong(cidrs: AllowList, address: string): boolean {
  const read = readAddress(address);
  return read !== null && isWithin(cidrs, read);
}

/** An IPv4 address unchanged, or the /64 network of an IPv6 address, which belongs to one customer; null if not an IP literal. */
export function networkOf(address: string): string | null {
  const read = readAddress(address);
  if (read === null) return null;
  if (read.family === 4) return [24n, 16n, 8n, 0n].map((shift) => (read.bits >> shift) & 0xffn).join('.');
  const groups = [112n, 96n, 80n, 64n].map((shift) => ((read.bits >> shift) & 0xffffn).toString(16));
  return `${groups.join(':')}::/64`;
}

/**
 * Reads a list of CIDR blocks or single addresses, separated by commas or white space; empty text is an empty list.
 * Throws `Refusal('validation_failed')` that names the first entry that is not a block, has an invalid prefix, has bits
 * set after its prefix, or is an IPv4 block written as IPv6.
 */
export function parseCidrs(text: string): AllowList {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  if (entries.length > allowCidrsMax) {
    throw new Refusal(
      'validation_failed',
      `at most ${allowCidrsMax} address blocks are allowed, not ${entries.length}`,
    );
  }
  return parseBlocks(entries);
}

function parseBlocks(entries: readonly string[]): AllowList {
  return entries.map(parseCidr);
}

function parseCidr(entry: string): Cidr {
  const [literal = '', prefix, ...rest] = entry.split('/');
  const read = readAddress(literal);
  if (read === null || rest.length > 0) throw refuseCidr(entry, 'is not an IP address block such as 10.0.0.0/8');
  if (read.family === 4 && !isIPv4(literal))
    throw refuseCidr(entry, 'is an IPv4 block in IPv6 notation: write it as IPv4');
  const width = widthBits[read.family];
  if (prefix !== undefined && !/^(0|[1-9]\d{0,2})$/.test(prefix))
    throw refuseCidr(entry, 'has a prefix that is not a whole number');
  const prefixBits = prefix === undefined ? width : Number(prefix);
  if (prefixBits > width) throw refuseCidr(entry, `has a prefix above ${width}`);
  const cidr: Cidr = { family: read.family, base: read.bits, prefixBits };
  const hostBits = BigInt(width - prefixBits);
  if ((read.bits >> hostBits) << hostBits !== read.bits) throw refuseCidr(entry, 'has bits set after its prefix');
  return cidr;
}

function refuseCidr(entry: string, why: string): Refusal {
  return new Refusal('validation_failed', `"${entry.slice(0, 60)}" ${why}`);
}

function isWithin(cidrs: readonly Cidr[], address: Address): boolean {
  return cidrs.some((cidr) => {
    if (cidr.family !== address.family) return false;
    const hostBits = BigInt(widthBits[cidr.family] - cidr.prefixBits);
    return address.bits >> hostBits === cidr.base >> hostBits;
  });
}

function readAddress(literal: string): Address | null {
  const family = literal.includes('%') ? 0 : isIP(literal);
  if (family === 4) return { family: 4, bits: readV4(literal) };
  if (family !== 6) return null;
  const bits = readV6(literal);
  // ::ffff:0:0/96 carries an IPv4 address, and the socket connects to that.
  return bits >> 32n === 0xffffn ? { family: 4, bits: bits & 0xffff_ffffn } : { family: 6, bits };
}

function readV4(literal: string): bigint {
  return literal.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function readV6(literal: string): bigint {
  // The URL parser normalizes every IPv6 address to hexadecimal groups with at most one "::".
  const [head = '', tail] = new URL(`http://[${literal}]/`).hostname.slice(1, -1).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}
