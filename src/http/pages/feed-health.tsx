import type { FeedHealth } from '../../services/feeds/feeds.ts';

/** The shape of each state in a square of 16, so that states differ in more than colour. */
const looks: { readonly [H in FeedHealth]: { readonly mark: string; readonly shape: string; readonly word: string } } =
  {
    ok: { mark: 'yes', shape: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Z', word: 'read' },
    suspect: { mark: 'proposed', shape: 'M8 0 16 8 8 16 0 8Z', word: 'set aside' },
    stale: { mark: 'disputed', shape: 'M8 1 16 15H0Z', word: 'not read lately' },
    failing: {
      mark: 'no',
      shape: 'M3 1 8 6 13 1 15 3 10 8 15 13 13 15 8 10 3 15 1 13 6 8 1 3Z',
      word: 'cannot be read',
    },
    never: { mark: 'open', shape: 'M2 7h12v2H2Z', word: 'never read' },
  };

/** What each state means. */
export const healthMeanings: { readonly [H in FeedHealth]: string } = {
  ok: 'It was read lately, and its listing was accepted.',
  suspect: 'Its last listing differed so much that it was set aside until another read confirms it.',
  stale: 'No listing has been accepted for four hours.',
  failing: 'The last attempts to read it failed.',
  never: 'No attempt to read it has ended yet.',
};

export function HealthMark({ health }: { readonly health: FeedHealth }) {
  const { mark, shape, word } = looks[health];
  return (
    <span class={`mark ${mark}`}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d={shape} />
      </svg>
      <span>{word}</span>
    </span>
  );
}
