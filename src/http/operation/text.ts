import type { RefusalDetail } from '../../domain/refusal.ts';

/** Faults named in one refusal. */
const faultsMax = 20;

/** What no text column can hold; U+0000 ends strings there, and a lone surrogate would be replaced in silence. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}

type Step = { readonly value: unknown; readonly key: string; readonly parent: Step | null };

/** Looks at every string and every key, without recursion: the depth of the input is the caller's choice. */
export function findUnstorableText(root: unknown): RefusalDetail[] {
  const faults: RefusalDetail[] = [];
  const stack: Step[] = [{ value: root, key: '#', parent: null }];
  for (let step = stack.pop(); step !== undefined && faults.length < faultsMax; step = stack.pop()) {
    const { value } = step;
    if (typeof value === 'string' && !isStorable(value)) faults.push(unstorableAt(step));
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, child] of Object.entries(value)) {
      const next = { value: child, key, parent: step };
      if (isStorable(key)) stack.push(next);
      else faults.push(unstorableAt(step));
    }
  }
  return faults;
}

function unstorableAt(step: Step): RefusalDetail {
  const keys: string[] = [];
  for (let at: Step | null = step; at !== null; at = at.parent)
    keys.unshift(at.key.replaceAll('~', '~0').replaceAll('/', '~1'));
  return { detail: 'text must be well-formed Unicode without U+0000', pointer: keys.join('/') };
}
