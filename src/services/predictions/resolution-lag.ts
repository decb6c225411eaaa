import { endOfEffective } from '../../domain/evaluation/resolution.ts';
import { isHindsight } from '../../domain/scores/forecast.ts';
import { lagBins } from '../../domain/scores/lag.ts';
import type { Deps } from '../deps.ts';
import { listNewestResolutions } from './resolutions.ts';

/** The most resolutions that are counted, the newest. */
export const lagResolutionsMax = 500;

export type LagCounts = {
  /** The number of those that the evidence settled and whose claim was recorded before. */
  readonly resolutions: number;
  /** Those whose claim was recorded in hindsight. They say nothing about the lag: the event was long known. */
  readonly hindsight: number;
  /** Whether there may be older ones that are not counted. */
  readonly isCut: boolean;
  readonly bins: ReturnType<typeof lagBins>;
};

/** How long after the deciding event or the deadline the newest resolutions were known. Decisions by a person are left out. */
export async function countResolutionLags(deps: Deps): Promise<LagCounts> {
  const newest = await listNewestResolutions(deps, lagResolutionsMax);
  const settled = newest.filter(({ decidedBy, supersedes }) => decidedBy === 'resolver' && supersedes === null);
  const inTime = settled.filter(
    ({ effectiveAt, knownAt, recordedAt }) => !isHindsight({ effectiveAt, firstKnownAt: knownAt }, recordedAt),
  );
  const lags = inTime.map(({ effectiveAt, knownAt }) => knownAt - endOfEffective(effectiveAt)).filter(Number.isFinite);
  const hindsight = settled.length - inTime.length;
  return { resolutions: lags.length, hindsight, isCut: newest.length === lagResolutionsMax, bins: lagBins(lags) };
}
