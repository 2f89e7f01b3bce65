import type { ModelId } from './languageModel.ts';
import type { Calibration } from './tokenEstimate.ts';

/**
 * How the models of this machine count tokens, kept between runs, tasks and hosts. What a run begins with stands in its trace, so a
 * replay does not depend on it. Neither ever fails: without what was kept, an estimate is only less exact for a few calls.
 */
export interface ModelCalibrations {
  of(model: ModelId): Promise<Calibration>;
  keep(model: ModelId, calibration: Calibration): Promise<void>;
}
