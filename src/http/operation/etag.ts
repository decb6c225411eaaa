import { createHash } from 'node:crypto';

/** `"<version>-<8 hex of the body's SHA-256>"`: the row version, and that it is this very representation of it. */
export function versionTag(version: number, body: string): string {
  return `"${version}-${digest(body, 8)}"`;
}

/** For what has no version of its own: lists, documents, files. */
export function contentTag(body: string | Uint8Array): string {
  return `"c-${digest(body, 16)}"`;
}

function digest(body: string | Uint8Array, chars: number): string {
  return createHash('sha256').update(body).digest('hex').slice(0, chars);
}

type EntityTag = { readonly weak: boolean; readonly opaque: string };

/** RFC 9110, 8.8.3: a list of entity tags; what is none is left out. */
function parseTags(header: string): EntityTag[] {
  return [...header.matchAll(/(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g)].map((match) => ({
    weak: match[1] !== undefined,
    opaque: match[2] ?? '',
  }));
}

/** If-None-Match, compared weakly (RFC 9110, 13.1.2): true when the client holds this representation. */
export function isHeld(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return parseTags(ifNoneMatch).some((held) => `"${held.opaque}"` === tag);
}

/** Which versions an If-Match header names; null stands for any. */
export type Expected = { readonly versions: readonly number[] } | null;

/** If-Match, compared strongly: weak tags never match. Of a tag only its version counts, so `"3"` and `"3-1f0a"` are the same. */
export function expectedVersions(ifMatch: string | undefined): Expected {
  if (ifMatch === undefined || ifMatch.trim() === '*') return null;
  const versions = parseTags(ifMatch).flatMap((tag) => {
    const version = tag.weak ? undefined : /^(\d{1,9})(?:-[0-9a-f]{1,64})?$/.exec(tag.opaque)?.[1];
    return version === undefined ? [] : [Number(version)];
  });
  return { versions };
}

/** Never a row's version: for an If-Match that matches nothing. */
const noVersion = 0;

/** The one version to test inside the update; `current` is only read when several are named. */
export async function pickVersion(expected: Expected, current: () => Promise<number>): Promise<number | null> {
  if (expected === null) return null;
  if (expected.versions.length <= 1) return expected.versions[0] ?? noVersion;
  const version = await current();
  return expected.versions.includes(version) ? version : noVersion;
}
