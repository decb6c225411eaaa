import type { Instant } from '../../domain/instant.ts';
import type { ListedCase } from '../../store/cases.ts';
import type { PanelRow } from '../../store/panels.ts';
import type { PredictionRow } from '../../store/predictions.ts';
import type { ResolutionRow } from '../../store/resolutions.ts';

/** A running case that its transaction has locked, together with its prediction. */
export type LockedCase = {
  readonly row: ListedCase;
  readonly panel: PanelRow;
  readonly prediction: PredictionRow;
  readonly current: ResolutionRow | null;
  readonly now: Instant;
};
