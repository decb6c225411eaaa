import type { Child } from 'hono/jsx';
import { Table } from '../parts.tsx';

type FigureProps = {
  /** Begins the ids of its elements. */
  readonly id: string;
  readonly title: string;
  /** What the plot shows, in words: for those who cannot see it. */
  readonly description: string;
  /** In pixels. The width is that of the page. */
  readonly height: number;
  /** The elements of the plot. Horizontal positions are percentages, so that text keeps its size at every width. */
  readonly children: Child;
  /** How to read the plot, and what it leaves out. */
  readonly caption?: Child;
  readonly table?: PlotTable | undefined;
};

/** The numbers of a plot. */
export type PlotTable = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Child[])[];
  readonly numeric?: readonly number[];
  /** True if the page has the same facts in another form too. Long tables are folded in any case. */
  readonly isFolded?: boolean;
};

/** Longer tables are folded. */
const openRowsMax = 6;

/** A plot with its title, its description and the same numbers as a table. */
export function Figure({ id, title, description, height, children, caption, table }: FigureProps) {
  return (
    <>
      <figure class="figure">
        <svg
          class="plot"
          role="img"
          width="100%"
          height={height}
          aria-labelledby={`${id}-title`}
          aria-describedby={`${id}-desc`}
        >
          <title id={`${id}-title`}>{title}</title>
          <desc id={`${id}-desc`}>{description}</desc>
          {children}
        </svg>
        {caption === undefined ? null : <figcaption>{caption}</figcaption>}
      </figure>
      {table === undefined ? null : <Numbers title={title} table={table} />}
    </>
  );
}

function Numbers({ title, table }: { readonly title: string; readonly table: PlotTable }) {
  const content = (
    <Table
      caption={`${title}: the numbers`}
      columns={table.columns}
      rows={table.rows}
      {...(table.numeric === undefined ? {} : { numeric: table.numeric })}
    />
  );
  if (table.isFolded !== true && table.rows.length <= openRowsMax) return content;
  return (
    <details>
      <summary>The numbers as a table</summary>
      {content}
    </details>
  );
}

/** A share from 0 to 1, rounded to whole percents. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
