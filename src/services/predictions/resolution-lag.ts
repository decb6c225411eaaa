import { endOfEffective } from '../../domain/evaluation/resolution.ts';
import { lagBins } from '../../domain/scores/lag.ts';
import type { Deps } from '../deps.ts';
import { listNewestResolutions } from './resolutions.ts';

/** The most resolutions that are counted, the newest. */
export const lagResolutionsMax = 500;

export type LagCounts = {
  /** The number of those that the evidence settled. */
  readonly resolutions: number;
  /** Whether there may be older ones that are not counted. */
  readonly isCut: boolean;
  readonly bins: ReturnType<typeof lagBins>;
};

/** How long after the deciding event or the deadline the newest resolutions were known. Decisions by a person are left out. */
export async function countResolutionLags(deps: Deps): Promise<LagCounts> {
  const newest = await listNewestResolutions(deps, lagResolutionsMax);
  const lags = newest
    .filter(({ decidedBy, supersedes }) => decidedBy === 'resolver' && supersedes === null)
    .map(({ effectiveAt, knownAt }) => knownAt - endOfEffective(effectiveAt))
    .filter(Number.isFinite);
  return { resolutions: lags.length, isCut: newest.length === lagResolutionsMax, bins: lagBins(lags) };
}
