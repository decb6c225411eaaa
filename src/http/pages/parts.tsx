import type { Child } from 'hono/jsx';
import { searchWith, useSite } from './site.ts';

/** A section with a heading of the second level, which links to itself. */
export function Section({
  id,
  title,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly children: Child;
}) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        <a href={`#${id}`} class="anchor">
          {title}
        </a>
      </h2>
      {children}
    </section>
  );
}

type TableProps = {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Child[])[];
  /** Indexes of the columns with numbers, which are aligned at their end. */
  readonly numeric?: readonly number[];
};

/** A table that scrolls by itself if it is wider than the page. The first cell of a row is its heading. */
export function Table({ caption, columns, rows, numeric = [] }: TableProps) {
  const classOf = (column: number) => (numeric.includes(column) ? 'number' : undefined);
  return (
    <section class="table" aria-label={caption} tabindex={0}>
      <table>
        <caption>
          <span>{caption}</span>
        </caption>
        <thead>
          <tr>
            {columns.map((name, column) => (
              <th scope="col" class={classOf(column)}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, ...others]) => (
            <tr>
              <th scope="row">{first}</th>
              {others.map((cell, column) => (
                <td class={classOf(column + 1)}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Facts as terms and values. Facts without a value are left out. */
export function Facts({ facts }: { readonly facts: readonly (readonly [term: string, value: Child | null])[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== null)
        .map(([term, value]) => (
          <div>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** What a list shows when it has nothing: why, and what to do about it. */
export function Empty({ title, children }: { readonly title: string; readonly children: Child }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Links to the first and the next page of a list, by the cursors of the API. Nothing if the list has one page. */
export function Pagination({ next, what }: { readonly next: string | null; readonly what: string }) {
  const { root, path, search } = useSite();
  const isFirst = !search.has('cursor');
  if (isFirst && next === null) return null;
  const address = (cursor: string | null) => `${root}${path}${searchWith(search, { cursor })}`;
  return (
    <nav class="pagination" aria-label={`Pages of ${what}`}>
      {isFirst ? null : (
        <a href={address(null)} rel="first">
          First page
        </a>
      )}
      {next === null ? <span>Last page</span> : null}
      {next === null ? null : (
        <a href={address(next)} rel="next">
          Next page
        </a>
      )}
    </nav>
  );
}
