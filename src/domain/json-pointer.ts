/** JSON Pointers (RFC 6901). */

export const pointerCharactersMax = 200;

/** Whether a text is a pointer: empty, or members that each follow a slash, with `~0` and `~1` as the only escapes. */
export function isPointer(text: string): boolean {
  return text.length <= pointerCharactersMax && /^(\/([^~/]|~[01])*)*$/.test(text);
}

/**
 * The value that a pointer refers to, or undefined if there is none. The empty pointer refers to the whole value.
 * Inherited members are not found. Array elements are referred to by index without leading zeros; `-` is not an element.
 */
export function resolvePointer(value: unknown, pointer: string): unknown {
  let found = value;
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null) return undefined;
    if (Array.isArray(found) && !/^(0|[1-9]\d{0,9})$/.test(name)) return undefined;
    if (!Object.hasOwn(found, name)) return undefined;
    // The cast is sound: the lines above have checked that it is an object with a member of that name.
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

/** Extends a JSON Pointer (RFC 6901, as a URI fragment: `#/criterion`) by the keys of `path`. */
export function joinPointer(base: string, path: readonly PropertyKey[]): string {
  return [base, ...path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}
