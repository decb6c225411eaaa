import { joinPointer } from '../../domain/json-pointer.ts';
import type { RefusalDetail } from '../../domain/refusal.ts';

/** The most errors that one refusal lists. */
const errorsMax = 20;
/** The most characters of a key that an error repeats. */
const keyCharsShown = 100;

/** An open object or array; `key` is the member or index that is being read. */
type Container = { readonly keys: Set<string> | null; key: string | number; expectsKey: boolean };

/**
 * Finds members that an object contains twice. JSON.parse keeps the last one, so a client would not learn that the other was
 * ignored. `text` must be valid JSON. Not recursive, because the caller controls the depth of the input.
 */
export function findDuplicateKeys(text: string): RefusalDetail[] {
  const errors: RefusalDetail[] = [];
  const open: Container[] = [];
  for (let at = 0; at < text.length && errors.length < errorsMax; at += 1) {
    const top = open.at(-1);
    switch (text[at]) {
      case '{':
        open.push({ keys: new Set(), key: '', expectsKey: true });
        break;
      case '[':
        open.push({ keys: null, key: 0, expectsKey: false });
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        if (top !== undefined) continueAfterComma(top);
        break;
      case '"': {
        const end = endOfString(text, at);
        if (top?.expectsKey === true) {
          readKey(top, JSON.parse(text.slice(at, end + 1)));
          if (top.keys?.has(String(top.key)) === true) errors.push(duplicateAt(open));
          top.keys?.add(String(top.key));
        }
        at = end;
        break;
      }
    }
  }
  return errors;
}

function continueAfterComma(container: Container): void {
  if (typeof container.key === 'number') container.key += 1;
  else container.expectsKey = true;
}

function readKey(container: Container, key: string): void {
  container.key = key;
  container.expectsKey = false;
}

/** The position of the quote that ends the string which starts at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function duplicateAt(open: readonly Container[]): RefusalDetail {
  const path = open.map(({ key }) => (typeof key === 'number' ? key : key.slice(0, keyCharsShown)));
  return { detail: `${String(path.at(-1))} must be given only once`, pointer: joinPointer('#', path) };
}
