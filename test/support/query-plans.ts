import type { Sql } from '../../src/store/db.ts';

/** The part of a node of `explain (format json)` that the tests look at. */
type PlanNode = {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Filter?: string;
  readonly 'Parent Relationship'?: string;
  readonly Plans?: readonly PlanNode[];
};

/** The part of the driver's query object that sends it. A fragment of another statement is never sent itself. */
type Query = { handle(): unknown };

type Tag = (strings: readonly string[], ...args: unknown[]) => unknown;

/** The same tagged template, which also plans every statement that it runs. `take`: the plans since the last call. */
export function planStatements(db: Sql): { readonly sql: Sql; take(): Promise<PlanNode[]> } {
  let plans: Promise<PlanNode>[] = [];
  // A wrapper cannot restate the overloads of the tagged template; arguments and result pass through unchanged.
  const call = db as unknown as Tag;
  const planning: Tag = (strings, ...args) => {
    const value = call(strings, ...args);
    if (!isQuery(value)) return value;
    const send = value.handle;
    let isSent = false;
    value.handle = () => {
      if (!isSent) plans.push(plan(call, strings, args));
      isSent = true;
      return send.call(value);
    };
    return value;
  };
  const take = async () => {
    const taken = await Promise.all(plans);
    plans = [];
    return taken;
  };
  return { sql: Object.assign(planning, db) as unknown as Sql, take };
}

async function plan(call: Tag, strings: readonly string[], args: readonly unknown[]): Promise<PlanNode> {
  const texts = [`explain (format json) ${strings[0] ?? ''}`, ...strings.slice(1)];
  const rows = (await call(Object.assign(texts, { raw: texts }), ...args)) as { 'QUERY PLAN': { Plan: PlanNode }[] }[];
  const found = rows[0]?.['QUERY PLAN'][0]?.Plan;
  if (found === undefined) throw new Error(`no plan of: ${strings.join('?')}`);
  return found;
}

function isQuery(value: unknown): value is Query {
  return value instanceof Promise && 'handle' in value;
}

/** Tables that have few rows however many predictions there are. */
const small: readonly unknown[] = ['feeds', 'sources', 'predictors'];

/** Every scan of a whole table that grows, and every subquery that runs once for each row. */
export function findCostly(node: PlanNode): string[] {
  const isLarge = node['Node Type'] === 'Seq Scan' && !small.includes(node['Relation Name']);
  const scan = isLarge ? [`reads all of ${node['Relation Name']}`] : [];
  const perRow = node['Parent Relationship'] === 'SubPlan' ? ['runs a subquery for each row'] : [];
  return [...scan, ...perRow, ...(node.Plans ?? []).flatMap(findCostly)];
}

/** Every scan of predictions by an index that reads those of other statuses too. */
export function findFilteredByState(node: PlanNode): string[] {
  const { 'Node Type': type, 'Relation Name': table, 'Index Cond': condition, Filter: filter = '' } = node;
  const isOfPredictions = type === 'Index Scan' && table === 'predictions';
  const isCostly = isOfPredictions && condition === undefined && /\bstate\b/.test(filter);
  return [...(isCostly ? [`filters by ${filter}`] : []), ...(node.Plans ?? []).flatMap(findFilteredByState)];
}
