import { hash } from 'node:crypto';

/** `"<version>-<8 hex digits of the body's SHA-256>"`: the version of the row and a hash of its representation. */
export function versionTag(version: number, body: string | Uint8Array): string {
  return `"${version}-${digest(body, 8)}"`;
}

/** The tag of something without a version: a list, a document, a file. */
export function contentTag(body: string | Uint8Array): string {
  return `"c-${digest(body, 16)}"`;
}

function digest(body: string | Uint8Array, chars: number): string {
  return hash('sha256', body, 'hex').slice(0, chars);
}

type EntityTag = { readonly weak: boolean; readonly opaque: string };

/** Parses a list of entity tags (RFC 9110, 8.8.3). Anything else in it is ignored. */
function parseTags(header: string): EntityTag[] {
  return [...header.matchAll(/(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g)].map((match) => ({
    weak: match[1] !== undefined,
    opaque: match[2] ?? '',
  }));
}

/** Compares If-None-Match weakly (RFC 9110, 13.1.2): true if the client has this representation. */
export function isCached(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return parseTags(ifNoneMatch).some(({ opaque }) => `"${opaque}"` === tag);
}

/** The versions that an If-Match header lists; null for any. */
export type Expected = { readonly versions: readonly number[] } | null;

/** Parses If-Match. Weak tags never match. Only the version in a tag counts, so `"3"` and `"3-1f0a"` are equal. */
export function expectedVersions(ifMatch: string | undefined): Expected {
  if (ifMatch === undefined || ifMatch.trim() === '*') return null;
  const versions = parseTags(ifMatch).flatMap((tag) => {
    const version = tag.weak ? undefined : /^(\d{1,9})(?:-[0-9a-f]{1,64})?$/.exec(tag.opaque)?.[1];
    return version === undefined ? [] : [Number(version)];
  });
  return { versions };
}

/** No row has this version: for an If-Match that matches nothing. */
const noVersion = 0;

/** The version that the update must find. `current` is only called if the header lists several. */
export async function pickVersion(expected: Expected, current: () => Promise<number>): Promise<number | null> {
  if (expected === null) return null;
  if (expected.versions.length <= 1) return expected.versions[0] ?? noVersion;
  const version = await current();
  return expected.versions.includes(version) ? version : noVersion;
}
