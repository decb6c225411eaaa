import type { Outcome } from '../../domain/outcome.ts';

/** What came of a prediction: its outcome if it is resolved, otherwise its status. */
export type Mark = Outcome | 'open' | 'proposed' | 'disputed' | 'withdrawn' | 'undetermined';

/** The shape of each mark in a square of 16, so that marks differ in more than colour. */
export const shapes: { readonly [M in Mark]: string } = {
  yes: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm3.9 5.2L7.2 11 4 7.9l1.2-1.2 2 1.9 3.5-3.6Z',
  no: 'M2 2h12v12H2Zm3.2 2L4 5.2 6.8 8 4 10.8 5.2 12 8 9.2 10.8 12l1.2-1.2L9.2 8 12 5.2 10.8 4 8 6.8Z',
  open: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 2a5 5 0 1 1 0 10A5 5 0 0 1 8 3Z',
  proposed: 'M8 0 16 8 8 16 0 8Zm0 2.8V13.2L13.2 8Z',
  disputed: 'M8 1 16 15H0ZM7 6v5h2V6Zm0 6v1.6h2V12Z',
  ambiguous: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1ZM4 7h8v2H4Z',
  annulled:
    'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 2c1 0 2 .3 2.800.8L3.800 10.800A5 5 0 0 1 8 3Zm4.200 2.200A5 5 0 0 1 5.200 12.200Z',
  withdrawn: 'M1 7h14v2H1Z',
  undetermined: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 2a5 5 0 1 1 0 10A5 5 0 0 1 8 3Z',
};

/** A status as a shape and a word. */
export function StatusMark({ mark, note }: { readonly mark: Mark; readonly note?: string | undefined }) {
  return (
    <span class={`mark ${mark}`}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path fill-rule="evenodd" d={shapes[mark]} />
      </svg>
      <span>
        {mark}
        {note === undefined ? null : (
          <>
            {' '}
            <span class="note">{note}</span>
          </>
        )}
      </span>
    </span>
  );
}

/** The mark of a prediction. A disputed one keeps its outcome in words, because the resolution remains in effect. */
export function markOf({
  status,
  outcome,
}: {
  readonly status: Mark | 'resolved';
  readonly outcome: Outcome | null;
}): Mark {
  if (status === 'resolved') return outcome ?? 'open';
  return status;
}

/** What a reader of a list has to know beside the status. */
export function noteOf(prediction: { readonly hindsight: boolean; readonly self_stated: boolean }): string | undefined {
  const notes = [prediction.hindsight ? 'in hindsight' : '', prediction.self_stated ? 'self-stated' : ''];
  return notes.filter((note) => note !== '').join(', ') || undefined;
}
