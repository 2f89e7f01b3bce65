import { t } from '@vscode/l10n';
import * as z from 'zod/mini';
import { failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { HostParams, HostResult, TaskSettings } from '../../protocol/host.ts';
import {
  modelListSchema,
  modelViewSchema,
  type RequestProgress,
  requestProgressSchema,
} from '../../protocol/models.ts';
import { type Program, runProgram } from '../program/runProgram.ts';

export type ModelMethod = 'listModels' | 'probeModel' | 'pullModel';

/** Who is asked of models: an agent host, or the command-line program where no repository is open that has one. */
export interface ModelAsker {
  request<M extends ModelMethod>(
    method: M,
    params: HostParams<M>,
    signal: AbortSignal,
    onProgress?: (progress: RequestProgress) => void,
  ): Promise<Result<HostResult<M>, Failure>>;
}

const typed = z.looseObject({ type: z.string() });

/** As an agent host answers, but that the language models of the editor are not known. */
export function modelProgram(program: Program): ModelAsker {
  const ask = async (words: readonly string[], signal: AbortSignal, onProgress?: (value: RequestProgress) => void) => {
    const lines: { readonly type: string }[] = [];
    const take = (line: object): void => {
      const progress = requestProgressSchema.safeParse(line);
      const parsed = typed.safeParse(line);
      if (parsed.success && parsed.data.type === 'progress' && progress.success) {
        onProgress?.(progress.data);
      } else if (parsed.success) {
        lines.push(parsed.data);
      }
    };
    const problem = await runProgram(program, words, take, signal);
    return { lines, problem };
  };
  const methods: { readonly [M in ModelMethod]: Answer<M> } = {
    listModels: async ({ settings }, signal) => {
      const { lines, problem } = await ask(['models', ...places(settings)], signal);
      const models = lines.filter(({ type }) => type === 'model');
      const parsed = modelListSchema.safeParse({ ...lines.find(({ type }) => type === 'models'), models });
      return parsed.success ? ok(parsed.data) : notAnswered(problem, signal);
    },
    probeModel: async ({ model, settings }, signal, onProgress) => {
      const { lines, problem } = await ask(['models', 'probe', model, ...places(settings)], signal, onProgress);
      return oneModel(lines, problem, signal);
    },
    pullModel: async ({ name, settings: { ollamaHost } }, signal, onProgress) => {
      const words = ['models', 'pull', name, ...places(ollamaHost === undefined ? {} : { ollamaHost })];
      const { lines, problem } = await ask(words, signal, onProgress);
      return oneModel(lines, problem, signal);
    },
  };
  return { request: (method, params, signal, onProgress) => methods[method](params, signal, onProgress) };
}

type Answer<M extends ModelMethod> = (
  params: HostParams<M>,
  signal: AbortSignal,
  onProgress?: (progress: RequestProgress) => void,
) => Promise<Result<HostResult<M>, Failure>>;

function places({ ollamaHost, openaiBaseUrl }: TaskSettings): readonly string[] {
  return [
    ...(ollamaHost === undefined ? [] : ['--ollama-host', ollamaHost]),
    ...(openaiBaseUrl === undefined ? [] : ['--openai-base-url', openaiBaseUrl]),
  ];
}

function oneModel(
  lines: readonly { readonly type: string }[],
  problem: string,
  signal: AbortSignal,
): Result<HostResult<'probeModel'>, Failure> {
  const parsed = modelViewSchema.safeParse(lines.find(({ type }) => type === 'model'));
  return parsed.success ? ok({ model: parsed.data }) : notAnswered(problem, signal);
}

function notAnswered(problem: string, signal: AbortSignal): Result<never, Failure> {
  return signal.aborted
    ? fail(failure('aborted', t('It was cancelled.')))
    : fail(failure('models-unknown', problem.replace(/^nightshift: /, '') || t('The models could not be asked for.')));
}
