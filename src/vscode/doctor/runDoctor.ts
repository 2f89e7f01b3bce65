import { t } from '@vscode/l10n';
import { failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { type DoctorCheck, doctorCheckSchema } from '../../protocol/doctorCheck.ts';
import { type Program, runProgram } from '../program/runProgram.ts';

/** Milliseconds: the first time the base image is made. */
const longest = 180_000;

export interface DoctorRun {
  /** Its folder is checked as a repository; without one that check is left out. */
  readonly program: Program;
  readonly ollamaHost?: string;
  readonly openaiBaseUrl?: string;
  /** Only what tasks cannot do without; nothing is started. */
  readonly brief: boolean;
  readonly signal: AbortSignal;
}

/** The checks of `nightshift doctor`. */
export async function runDoctor(run: DoctorRun): Promise<Result<readonly DoctorCheck[], Failure>> {
  const { program, ollamaHost, openaiBaseUrl, brief, signal } = run;
  const words = ['doctor', ...(brief ? ['--brief'] : [])];
  words.push(...(program.folder === undefined ? [] : ['--repo', program.folder]));
  words.push(...(ollamaHost === undefined ? [] : ['--ollama-host', ollamaHost]));
  words.push(...(openaiBaseUrl === undefined ? [] : ['--openai-base-url', openaiBaseUrl]));
  const lines: object[] = [];
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(longest)]);
  const problem = await runProgram(program, words, (line) => void lines.push(line), bounded);
  const checks = checksOf(lines).filter(({ name }) => program.folder !== undefined || name !== 'repository');
  if (signal.aborted) {
    return fail(failure('aborted', t('The checks were cancelled.')));
  }
  const why = problem || t('it said nothing');
  return checks.length === 0
    ? fail(failure('incomplete-installation', t`The checks could not be run: ${why}`))
    : ok(checks);
}

/** The checks among the lines that the program writes. */
export function checksOf(lines: readonly unknown[]): readonly DoctorCheck[] {
  return lines.flatMap((line) => {
    const parsed = doctorCheckSchema.safeParse(line);
    return parsed.success ? [parsed.data] : [];
  });
}
