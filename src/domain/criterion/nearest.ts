import { modelKey } from '../identity/model-id.ts';
import { compareVersions } from '../identity/version.ts';
import type { ModelPattern } from './criterion.ts';
import { type ModelName, matchesPattern, type VersionStyleOf } from './pattern.ts';

/** The most names that one warning lists. */
export const neighboursMax = 8;

/** What a pattern is compared with: the models listed so far, and the families that the identity data knows. */
export type Listed = {
  readonly seen: readonly ModelName[];
  readonly families: readonly { readonly vendor: string; readonly family: string }[];
  readonly styleOf: VersionStyleOf;
};

/**
 * For a pattern that nothing matches, the listed models that differ least from it in structure: other tiers of that
 * version, other versions of that tier, then the family, then the vendor. Spelling plays no part.
 */
export function nearestText(pattern: ModelPattern, { seen, families, styleOf }: Listed): string {
  const { version: _any, ...versionless } = pattern;
  const like = (wanted: ModelPattern) => seen.filter((model) => matchesPattern(wanted, model, styleOf));
  const ofVersion = pattern.version === undefined ? [] : like({ ...pattern, tier: 'any' });
  if (ofVersion.length > 0) return `listed tiers of that version: ${tiersText(ofVersion)}`;
  const ofTier = like(versionless);
  if (ofTier.length > 0) {
    const versions = aroundVersion(ofTier, pattern, styleOf).map((model) => model.version ?? 'none');
    return `listed versions with that tier: ${listText(versions)}`;
  }
  const ofFamily = like({ ...versionless, tier: 'any' });
  if (ofFamily.length > 0) return `listed models of that family: ${listText(keysAround(ofFamily, pattern, styleOf))}`;
  return familyText(pattern, families);
}

function familyText({ vendor, family }: ModelPattern, families: Listed['families']): string {
  const vendors = [...new Set(families.map((known) => known.vendor))];
  if (vendor !== 'any' && !vendors.includes(vendor)) return `known vendors: ${listText(vendors, vendors.length)}`;
  const ofVendor = families.filter((known) => vendor === 'any' || known.vendor === vendor);
  if (family === 'any' || ofVendor.some((known) => known.family === family))
    return 'no model of that family has been listed';
  const elsewhere = families.filter((known) => known.family === family).map((known) => known.vendor);
  if (elsewhere.length > 0) return `${family} is a family of ${listText(elsewhere)}`;
  return `known families: ${listText(ofVendor.map((known) => known.family))}`;
}

function tiersText(models: readonly ModelName[]): string {
  const tiers = [...new Set(models.map((model) => model.tier))];
  tiers.sort((a, b) => Number(a !== null) - Number(b !== null) || (a ?? '').localeCompare(b ?? '', 'en'));
  return listText(tiers.map((tier) => JSON.stringify(tier)));
}

function keysAround(models: readonly ModelName[], pattern: ModelPattern, styleOf: VersionStyleOf): string[] {
  return aroundVersion(models, pattern, styleOf).map(modelKey);
}

/** Newest first. If the pattern gives one version, versions on both sides of it are among the first `neighboursMax`. */
function aroundVersion(
  models: readonly ModelName[],
  { version }: ModelPattern,
  styleOf: VersionStyleOf,
): readonly ModelName[] {
  const order = (a: ModelName, b: string | null): number =>
    compareVersions(b ?? '', a.version ?? '', styleOf(a.vendor, a.family));
  const sorted = [...models].sort((a, b) => order(a, b.version) || modelKey(a).localeCompare(modelKey(b), 'en'));
  const older = typeof version === 'string' ? sorted.findIndex((model) => order(model, version) > 0) : 0;
  const at = older === -1 ? sorted.length : older;
  const start = Math.max(0, Math.min(at - neighboursMax / 2, sorted.length - neighboursMax));
  return [...sorted.slice(start), ...sorted.slice(0, start)];
}

/** Lists up to `max` of the names without duplicates, then how many more there are. */
function listText(names: readonly string[], max: number = neighboursMax): string {
  const distinct = [...new Set(names)];
  const more = distinct.length - max;
  return `${distinct.slice(0, max).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
