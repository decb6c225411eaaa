import type { ModelId } from '../identity/model-id.ts';
import { compareVersions } from '../identity/version.ts';
import type { ModelPattern } from './criterion.ts';

/** How versions of a family compare: number by number, or as decimals (xAI). Read from the identity data. */
export type VersionStyleOf = (vendor: string, family: string) => 'components' | 'decimal';

/** The parts of a model's identity that a pattern compares. */
export type ModelName = Pick<ModelId, 'vendor' | 'family' | 'version' | 'tier'>;

/** Whether a model matches a pattern. The stage is not compared here: it is a matter of evidence. */
export function matchesPattern(pattern: ModelPattern, model: ModelName, styleOf: VersionStyleOf): boolean {
  if (pattern.vendor !== 'any' && pattern.vendor !== model.vendor) return false;
  if (pattern.family !== 'any' && pattern.family !== model.family) return false;
  return matchesTier(pattern.tier, model.tier) && matchesVersion(pattern, model, styleOf);
}

function matchesTier(wanted: ModelPattern['tier'], tier: string | null): boolean {
  if (wanted === 'any') return true;
  return wanted === null ? tier === null : wanted.includes(tier);
}

/** Whether the pattern matches a model's version. A model without a version matches no version and no range. */
export function matchesVersion(
  pattern: ModelPattern,
  model: Pick<ModelName, 'vendor' | 'family' | 'version'>,
  styleOf: VersionStyleOf,
): boolean {
  if (pattern.version === undefined) return true;
  if (model.version === null) return false;
  const style = styleOf(model.vendor, model.family);
  if (typeof pattern.version === 'string') return compareVersions(model.version, pattern.version, style) === 0;
  const { gte, gt, lte, lt } = pattern.version;
  const against = (bound: string): number => compareVersions(model.version ?? '', bound, style);
  return (
    (gte === undefined || against(gte) >= 0) &&
    (gt === undefined || against(gt) > 0) &&
    (lte === undefined || against(lte) <= 0) &&
    (lt === undefined || against(lt) < 0)
  );
}

/** Whether a pattern can match one model only: no wildcard, no range, a single tier. */
export function namesOneModel(pattern: ModelPattern): boolean {
  const oneTier = pattern.tier === null || (Array.isArray(pattern.tier) && pattern.tier.length === 1);
  return pattern.vendor !== 'any' && pattern.family !== 'any' && typeof pattern.version === 'string' && oneTier;
}
