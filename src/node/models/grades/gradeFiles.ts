import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { errorText, type Failure, failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { type Trial, trialSchema } from '../../../core/models/trial/trialJudgement.ts';
import { trialVersion } from '../../../core/models/trial/trialQuestions.ts';
import { writeWhole } from '../../repository/writeWhole.ts';

/** What a grade is of: a model behind an address, with the weights it has now. */
export interface GradedModel {
  readonly driver: string;
  readonly name: string;
  /** Address of its server, without credentials; empty where there is none. */
  readonly endpoint: string;
  /** Of its weights; undefined where its server does not say. */
  readonly digest?: string;
}

const fileSchema = z.object({
  version: z.literal(1),
  trial: z.literal(trialVersion),
  driver: z.string(),
  name: z.string(),
  endpoint: z.string(),
  digest: z.string().nullable(),
  gradedAt: z.iso.datetime(),
  result: trialSchema,
});

export interface KeptGrade extends Trial {
  /** ISO 8601. */
  readonly gradedAt: string;
}

/**
 * Grades of models, one file each, so that several hosts keep theirs at once. Undefined for a model that was not tried, for other
 * weights than it has now, for older questions, and for a file that is not as it was written: such a model is tried anew.
 */
export async function readGrade(folder: string, model: GradedModel): Promise<KeptGrade | undefined> {
  const text = await readFile(gradePath(folder, model), 'utf8').catch(() => undefined);
  const { data: kept } = fileSchema.safeParse(parseJson(text ?? ''));
  const isSame =
    kept?.driver === model.driver &&
    kept.name === model.name &&
    kept.endpoint === model.endpoint &&
    kept.digest === (model.digest ?? null);
  return kept === undefined || !isSame ? undefined : { ...kept.result, gradedAt: kept.gradedAt };
}

/** Replaces the file in one step. A grade that cannot be kept costs no more than trying the model again. */
export async function writeGrade(
  folder: string,
  model: GradedModel,
  trial: Trial,
  now: Date,
): Promise<Result<KeptGrade, Failure<'state-unwritable'>>> {
  const path = gradePath(folder, model);
  const { driver, name, endpoint, digest = null } = model;
  const gradedAt = now.toISOString();
  const content = { version: 1, trial: trialVersion, driver, name, endpoint, digest, gradedAt, result: trial };
  try {
    await writeWhole(path, `${JSON.stringify(content, undefined, 2)}\n`);
    return ok({ ...trial, gradedAt });
  } catch (error) {
    return fail(failure('state-unwritable', `The grade of ${name} cannot be kept in ${path}: ${errorText(error)}`));
  }
}

/** Named by a hash: names of models have characters that names of files may not. */
function gradePath(folder: string, { driver, name, endpoint }: GradedModel): string {
  const key = createHash('sha256').update([driver, name, endpoint].join('\0')).digest('hex');
  return join(folder, `${key.slice(0, 32)}.json`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
