import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { Serializer } from '../../base/async.ts';
import { errorText } from '../../base/failure.ts';
import type { Logger } from '../../base/logger.ts';
import type { ModelId } from '../../core/models/languageModel.ts';
import type { ModelCalibrations } from '../../core/models/modelCalibrations.ts';
import { formatModelId } from '../../core/models/modelId.ts';
import { type Calibration, calibrationSchema, uncalibrated } from '../../core/models/tokenEstimate.ts';
import { writeWhole } from '../repository/writeWhole.ts';

const fileSchema = z.object({ version: z.literal(1), models: z.record(z.string(), calibrationSchema) });

/** Models kept; the ones learned of longest ago go first. */
const mostModels = 200;

/**
 * Calibrations in one file of the user's own, shared by the hosts of all workspaces: read anew before each writing, so that one host
 * does not undo what another has learned. A file that is not as it was written counts as none. A recording counts what its script says,
 * so nothing is learned of it.
 */
export class CalibrationFile implements ModelCalibrations {
  private readonly path: string;
  private readonly logger: Logger;
  private readonly writes = new Serializer();

  constructor(path: string, logger: Logger) {
    this.path = path;
    this.logger = logger;
  }

  async of(model: ModelId): Promise<Calibration> {
    const known = model.driver === 'replay' ? undefined : (await this.read()).get(formatModelId(model));
    return known ?? uncalibrated;
  }

  async keep(model: ModelId, calibration: Calibration): Promise<void> {
    if (model.driver !== 'replay') {
      await this.writes.run(() => this.write(formatModelId(model), calibration));
    }
  }

  private async read(): Promise<Map<string, Calibration>> {
    try {
      const parsed = fileSchema.safeParse(JSON.parse(await readFile(this.path, 'utf8')));
      return new Map(Object.entries(parsed.data?.models ?? {}));
    } catch {
      return new Map();
    }
  }

  private async write(model: string, calibration: Calibration): Promise<void> {
    const models = await this.read();
    models.delete(model);
    models.set(model, calibration);
    const kept = Object.fromEntries([...models].slice(-mostModels));
    try {
      await writeWhole(this.path, `${JSON.stringify({ version: 1, models: kept })}\n`);
    } catch (error) {
      this.logger.warn(`What was learned of ${model} cannot be kept in ${this.path}: ${errorText(error)}.`);
    }
  }
}
