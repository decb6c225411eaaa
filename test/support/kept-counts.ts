import type { World } from './world.ts';

type Group = { readonly kind: string; readonly name: string };

/** The groups of predictions whose kept counts differ from what is counted now. */
export async function findCountDifferences({ db }: Pick<World, 'db'>): Promise<Group[]> {
  return await db.sql<Group[]>`
    with counted as (
      select k.kind, k.name, p.state, p.outcome, count(*) as predictions
      from predictions p cross join lateral (
        select 'all', '' union all select 'source', p.source_id where p.source_id is not null
        union all select 'tag', t from unnest(p.tags) t) k (kind, name)
      group by k.kind, k.name, p.state, p.outcome),
    listed as (
      select 'state ' || state as value, kind, name, predictions from counted
      union all select 'outcome ' || outcome, kind, name, predictions from counted where outcome is not null),
    kept as (
      select v.value, c.kind, c.name, v.predictions
      from prediction_counts c cross join lateral (values ('state open', open), ('state proposed', proposed),
        ('state disputed', disputed), ('state resolved', resolved), ('state withdrawn', withdrawn), ('outcome yes', yes),
        ('outcome no', no), ('outcome ambiguous', ambiguous), ('outcome annulled', annulled)) v (value, predictions))
    select kind, name from (
      select kind, name, value, predictions from listed union all select kind, name, value, -predictions from kept) difference
    group by kind, name, value having sum(predictions) <> 0 order by kind, name`;
}
