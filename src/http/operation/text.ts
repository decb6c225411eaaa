import type { RefusalDetail } from '../../domain/refusal.ts';

/** The most errors that one refusal lists. */
const errorsMax = 20;

/** False for text that PostgreSQL cannot store: with U+0000, or with a lone surrogate, which would be silently replaced. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}

type Step = { readonly value: unknown; readonly key: string; readonly parent: Step | null };

/** Checks every string and key. Not recursive, because the caller controls the depth of the input. */
export function findUnstorableText(root: unknown): RefusalDetail[] {
  const errors: RefusalDetail[] = [];
  const stack: Step[] = [{ value: root, key: '#', parent: null }];
  for (let step = stack.pop(); step !== undefined && errors.length < errorsMax; step = stack.pop()) {
    const { value } = step;
    if (typeof value === 'string' && !isStorable(value)) errors.push(unstorableAt(step));
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, child] of Object.entries(value)) {
      const next = { value: child, key, parent: step };
      if (isStorable(key)) stack.push(next);
      else errors.push(unstorableAt(step));
    }
  }
  return errors;
}

function unstorableAt(step: Step): RefusalDetail {
  const keys: string[] = [];
  for (let at: Step | null = step; at !== null; at = at.parent)
    keys.unshift(at.key.replaceAll('~', '~0').replaceAll('/', '~1'));
  return { detail: 'text must be well-formed Unicode without U+0000', pointer: keys.join('/') };
}
