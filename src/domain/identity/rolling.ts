import type { IdContext, ModelId } from './model-id.ts';
import { findFamily, readName } from './name.ts';
import { readPlace } from './place.ts';
import type { IdentityTable } from './table.ts';

type AliasedModel = Pick<ModelId, 'vendor' | 'family' | 'version' | 'tier'>;

/**
 * The model that a rolling alias stands for, if the alias states its version: `claude-3-5-sonnet-latest` is the newest
 * snapshot of Claude 3.5 Sonnet. Null for an alias of changing models, such as `claude-sonnet-latest`, and for any other id.
 */
export function readRollingAlias(table: IdentityTable, id: string, context: IdContext): AliasedModel | null {
  const place = readPlace(table, id, context);
  if (place.reason !== null || place.foreign) return null;
  const found = findFamily(table, place.name);
  if (found === null) return null;
  const { family, version, tier, flaw } = readName(table, found.family, found.rest);
  if (flaw !== 'rolling_alias' || version === null) return null;
  return { vendor: family.vendor, family: family.family, version, tier };
}
