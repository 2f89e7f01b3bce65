import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { errorText, failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { type DoctorCheck, doctorCheckSchema } from '../../protocol/doctorCheck.ts';

/** Milliseconds: the first time the base image is made. */
const longest = 180_000;
const mostBytes = 1024 * 1024;

export interface DoctorRun {
  /** The command-line program of this installation. */
  readonly script: string;
  /** Checked as a repository; without it that one check is left out. */
  readonly folder: string | undefined;
  readonly ollamaHost?: string;
  readonly openaiBaseUrl?: string;
  /** Settings of the person as an agent host gets them. */
  readonly variables: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * The checks of `nightshift doctor`, run by the editor's own Node in a process of its own: they answer also where no agent host
 * can be started.
 */
export function runDoctor(run: DoctorRun): Promise<Result<readonly DoctorCheck[], Failure>> {
  const { script, folder, ollamaHost, openaiBaseUrl, variables, signal } = run;
  const words = [script, 'doctor', '--json', ...(folder === undefined ? [] : ['--repo', folder])];
  words.push(...(ollamaHost === undefined ? [] : ['--ollama-host', ollamaHost]));
  words.push(...(openaiBaseUrl === undefined ? [] : ['--openai-base-url', openaiBaseUrl]));
  const env = { ...process.env, ...variables, ELECTRON_RUN_AS_NODE: '1' };
  const options = { cwd: folder ?? homedir(), env, signal, timeout: longest, maxBuffer: mostBytes, windowsHide: true };
  return new Promise((resolve) => {
    // It ends with another code than 0 where something is missing, and has said what.
    execFile(process.execPath, words, options, (error, output, errors) => {
      const checks = checksOf(output).filter(({ name }) => folder !== undefined || name !== 'repository');
      if (signal.aborted) {
        resolve(fail(failure('aborted', 'The checks were cancelled.')));
      } else if (checks.length === 0) {
        const why = errors.trim().split('\n').at(-1) || (error === null ? 'it said nothing' : errorText(error));
        resolve(fail(failure('incomplete-installation', `The checks could not be run: ${why}`)));
      } else {
        resolve(ok(checks));
      }
    });
  });
}

/** The checks among the lines that the program writes, each of which is a JSON object. */
export function checksOf(output: string): readonly DoctorCheck[] {
  return output.split('\n').flatMap((line) => {
    try {
      const parsed = doctorCheckSchema.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      // The rest of a line that was cut off.
      return [];
    }
  });
}
