/** JSON Pointers (RFC 6901): a path through a JSON value, as data and without any power of its own. */

/** Longer pointers are refused. */
export const pointerCharactersMax = 200;

/** Whether a text is a pointer: empty, or members each after a slash, with `~0` and `~1` as the only escapes. */
export function isPointer(text: string): boolean {
  return text.length <= pointerCharactersMax && /^(\/([^~/]|~[01])*)*$/.test(text);
}

/**
 * What a pointer leads to, or undefined where the value has nothing there. Only members of the value itself count, and
 * an array's elements by their number without leading zeros; `-` names none. The empty pointer is the value.
 */
export function resolvePointer(value: unknown, pointer: string): unknown {
  let found = value;
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null) return undefined;
    if (Array.isArray(found) && !/^(0|[1-9]\d{0,9})$/.test(name)) return undefined;
    if (!Object.hasOwn(found, name)) return undefined;
    // The cast is sound: an object that has a member of that name was found just above.
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

/** Extends a JSON Pointer (RFC 6901, as a URI fragment: `#/criterion`) by the keys of `path`. */
export function joinPointer(base: string, path: readonly PropertyKey[]): string {
  return [base, ...path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}
