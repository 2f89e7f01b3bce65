import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LanguageModel } from '../../../src/core/models/languageModel.ts';
import { ModelRunner, type ModelRunnerOptions } from '../../../src/node/models/transformers/modelRunner.ts';
import { createTransformersModel } from '../../../src/node/models/transformers/transformers.ts';
import { type TinyModel, writeTinyModel } from '../../fakes/tinyModel/writeTinyModel.ts';

/** The runner's entry, as it is in the sources. */
export const runnerScript = fileURLToPath(new URL('../../../src/modelRunner.ts', import.meta.url));

export interface OpenTinyModel {
  readonly model: LanguageModel;
  readonly runner: ModelRunner;
  /** Of all models. */
  readonly directory: string;
  readonly folder: string;
  close(): Promise<void>;
}

/** The driver before a tiny model in a folder of its own. */
export async function openTinyModel(
  tiny: TinyModel,
  options: Partial<ModelRunnerOptions> = {},
): Promise<OpenTinyModel> {
  const directory = await mkdtemp(join(tmpdir(), 'nightshift-models-'));
  const folder = join(directory, 'tiny', 'scripted');
  await writeTinyModel(folder, tiny);
  const runner = new ModelRunner({ script: runnerScript, ...options });
  return {
    model: createTransformersModel({ name: 'tiny/scripted', directory, runner }),
    runner,
    directory,
    folder,
    close: async () => {
      await runner.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
