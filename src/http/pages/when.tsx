import { Time } from './time.tsx';

/** A date or an interval as the API has it, where `..` is an unknown bound. */
export function When({ at, otherwise = 'unknown' }: { readonly at: string | null; readonly otherwise?: string }) {
  if (at === null) return <>{otherwise}</>;
  const [start = '', end] = at.split('/');
  if (end === undefined) return <Time at={at} />;
  if (start === '..' && end === '..') return <>{otherwise}</>;
  if (start === '..')
    return (
      <>
        by <Time at={end} />
      </>
    );
  if (end === '..')
    return (
      <>
        after <Time at={start} />
      </>
    );
  return <Time at={at} />;
}
