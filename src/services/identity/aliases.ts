import { listAliasAdapters } from '../../domain/feeds/adapters/registry.ts';
import type { ModelId } from '../../domain/identity/model-id.ts';
import { parseModelId } from '../../domain/identity/parse.ts';
import type { IdentityTable } from '../../domain/identity/table.ts';
import { modelSlug } from '../../domain/models/slug.ts';
import { type AliasFilter, type AliasPage, listStatedAliases, type StatedAlias } from '../../store/aliases.ts';
import type { Sql } from '../../store/db.ts';
import type { Deps } from '../deps.ts';

type NamedModel = ModelId & { readonly slug: string };

/** An alias with the model that its vendor's own list states for it; null if the identity data cannot read the id. */
export type ListedAlias = StatedAlias & { readonly model: NamedModel | null };

export type ResolvedAlias = StatedAlias & { readonly model: NamedModel };

/** The aliases that vendors' own lists state, as known at `asOf`, or now if it is null, by vendor and id. */
export async function listAliases(
  { db, identity }: Pick<Deps, 'db' | 'identity'>,
  filter: Omit<AliasFilter, 'adapters'>,
  page: AliasPage,
): Promise<ListedAlias[]> {
  return await resolveAliases(db.sql, identity, filter, page);
}

/** What some ids stand for now, by vendor and id: `mistral mistral-large-latest`. Ids that are no alias of a model are left out. */
export async function findAliases(
  db: Sql,
  identity: IdentityTable,
  ids: readonly string[],
): Promise<Map<string, ResolvedAlias>> {
  if (ids.length === 0) return new Map();
  const page = { after: null, asOf: null, limit: aliasesFoundMax };
  const found = await resolveAliases(db, identity, { ids: [...new Set(ids)] }, page);
  return new Map(
    found.flatMap(({ model, ...alias }) => (model === null ? [] : [[aliasKey(alias), { ...alias, model }] as const])),
  );
}

/** No watch and no repository names more aliases than the lists of all vendors contain. */
const aliasesFoundMax = 10_000;

export function aliasKey({ vendor, id }: { readonly vendor: string | null; readonly id: string | null }): string {
  return `${vendor} ${id}`;
}

async function resolveAliases(
  db: Sql,
  identity: IdentityTable,
  filter: Omit<AliasFilter, 'adapters'>,
  page: AliasPage,
): Promise<ListedAlias[]> {
  const rows = await listStatedAliases(db, { ...filter, adapters: listAliasAdapters() }, page);
  return rows.map((row) => {
    const model = parseModelId(identity, row.standsFor, { feed: row.adapter, host: row.host });
    return { ...row, model: model.outcome === 'model' ? { ...model, slug: modelSlug(identity, model) } : null };
  });
}
