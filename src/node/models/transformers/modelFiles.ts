import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { errorText } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { WeightType } from '../../../protocol/modelRunner.ts';

/** Where exports for transformers.js have their weights, below the folder `onnx`. */
const weightFiles: Readonly<Record<WeightType, string>> = {
  q4: 'model_q4.onnx',
  q8: 'model_quantized.onnx',
  int8: 'model_int8.onnx',
  uint8: 'model_uint8.onnx',
  bnb4: 'model_bnb4.onnx',
  fp32: 'model.onnx',
  q4f16: 'model_q4f16.onnx',
  fp16: 'model_fp16.onnx',
};

/** The first of `preferred` that the folder of a model has. */
export async function chooseWeights(
  folder: string,
  preferred: readonly WeightType[],
): Promise<Result<{ weights: WeightType; file: string }, string>> {
  if (!(await isThere(folder))) {
    return fail('there is no such folder');
  }
  for (const weights of preferred) {
    const file = weightFiles[weights];
    if (await isThere(join(folder, 'onnx', file))) {
      return ok({ weights, file });
    }
  }
  const wanted = preferred.map((weights) => weightFiles[weights]).join(', ');
  return fail(`no weights of a text model are in its folder onnx (${wanted})`);
}

/** Files beside the weights that hold most of them: one, or as many as the configuration says. */
export function dataFiles(format: unknown, file: string): readonly string[] {
  const table = typeof format === 'object' && format !== null ? Object.entries(format) : undefined;
  const ofFile = (name: string): unknown => table?.find(([key]) => key === name)?.[1];
  const said = table === undefined ? format : (ofFile(file) ?? ofFile('model'));
  const chunks = said === true ? 1 : typeof said === 'number' && said > 0 ? Math.min(said, 100) : 0;
  return Array.from({ length: chunks }, (_, at) => `${file}_data${at === 0 ? '' : `_${at}`}`);
}

export async function readJson<T>(folder: string, file: string, schema: z.ZodType<T>): Promise<Result<T, string>> {
  const text = await readText(join(folder, file));
  if (text === undefined) {
    return fail(`${file} is missing`);
  }
  try {
    const checked = schema.safeParse(JSON.parse(text));
    const issue = checked.error?.issues[0];
    return checked.success
      ? ok(checked.data)
      : fail(`${file} is not as expected (${issue?.path.join('.')}: ${issue?.message})`);
  } catch (error) {
    return fail(`${file} is not JSON (${errorText(error)})`);
  }
}

/** Sizes and times of files, by which a change of one shows. */
export async function fileVersions(files: readonly string[]): Promise<Result<string, string>> {
  const versions: string[] = [];
  for (const file of files) {
    try {
      const { size, mtimeMs } = await stat(file);
      versions.push(`${size} ${mtimeMs}`);
    } catch {
      return fail(`${file.replaceAll('\\', '/').split('/').slice(-2).join('/')} is missing`);
    }
  }
  return ok(versions.join(', '));
}

export async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Undefined when it is not there, or not for us to read. */
export async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
