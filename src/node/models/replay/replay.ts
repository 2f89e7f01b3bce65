import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '../../../base/clock.ts';
import { errorText, failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type {
  ChatOptions,
  ChatRequest,
  LanguageModel,
  ModelFailure,
  ModelId,
  Turn,
  Usage,
} from '../../../core/models/languageModel.ts';
import { type ReplayScript, replayScriptSchema, type ScriptTurn } from './replayScript.ts';

export interface ReplayModelOptions {
  /** A script file, see `replayScriptSchema`. Read again for each request: it is small, and may still be edited. */
  readonly path: string;
  /** Name in the model's id; the path when left out. */
  readonly name?: string;
  readonly clock?: Clock;
}

/** Longest script read, bytes. */
const scriptLimit = 64 * 1024 * 1024;

/** Answers from a recorded script. Keeps no state: which turn is due stands in the request. */
export function createReplayModel(options: ReplayModelOptions): LanguageModel {
  const id: ModelId = { driver: 'replay', name: options.name ?? options.path };
  const clock = options.clock ?? systemClock;
  return {
    id,
    async probe(signal) {
      if (signal.aborted) {
        return aborted();
      }
      const loaded = await loadScript(options.path);
      if (!loaded.ok) {
        return loaded;
      }
      const { script, digest } = loaded.value;
      const window = script.contextTokens === undefined ? {} : { contextTokens: script.contextTokens };
      return ok({ id, tools: true, replay: true, digest, ...window });
    },
    async chat(request, chatOptions) {
      const started = clock.monotonic();
      if (chatOptions.signal.aborted) {
        return aborted();
      }
      const loaded = await loadScript(options.path);
      if (!loaded.ok) {
        return loaded;
      }
      const index = answersIn(request);
      const turn = selectTurn(loaded.value.script, index, request, options.path);
      if (!turn.ok) {
        return turn;
      }
      if (!(await delayed(turn.value, chatOptions))) {
        return aborted();
      }
      report(turn.value, chatOptions);
      return chatOptions.signal.aborted ? aborted() : ok(toTurn(turn.value, index, clock.monotonic() - started));
    },
  };
}

function answersIn(request: ChatRequest): number {
  return request.messages.filter((message) => message.role === 'assistant').length;
}

function selectTurn(
  script: ReplayScript,
  index: number,
  request: ChatRequest,
  path: string,
): Result<ScriptTurn, ModelFailure> {
  const file = basename(path);
  const turn = script.turns[index];
  const number = index + 1;
  if (turn === undefined) {
    const message = `The replay script ${file} ends after turn ${script.turns.length}, and turn ${number} was asked for; add turns to it, or use a live model.`;
    return fail(failure('script-ended', message));
  }
  const reject = (problem: string): Result<never, ModelFailure> =>
    fail(
      failure(
        'rejected',
        `Turn ${number} of the replay script ${file} does not fit this run: ${problem}; record the script again.`,
      ),
    );
  const last = request.messages.findLastIndex((message) => message.role === 'assistant');
  const recent = request.messages.slice(last + 1).map((message) => message.content);
  const wanted = turn.expect?.lastContains;
  if (wanted !== undefined && !recent.some((content) => content.includes(wanted))) {
    return reject(`it expects ${JSON.stringify(wanted)} in the last messages`);
  }
  const missing = turn.expect?.tools?.find((name) => !request.tools.some((tool) => tool.name === name));
  return missing === undefined ? ok(turn) : reject(`it expects the tool ${missing}`);
}

/** False when the run was cancelled meanwhile. */
async function delayed(turn: ScriptTurn, { signal }: ChatOptions): Promise<boolean> {
  try {
    await sleep(turn.delayMs ?? 0, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) {
      return false;
    }
    throw error;
  }
}

/** Says nothing more once the listener has cancelled the run. */
function report({ text = '', thinking = '' }: ScriptTurn, { signal, onProgress }: ChatOptions): void {
  if (thinking !== '') {
    onProgress?.({ type: 'thinking', text: thinking });
  }
  if (text !== '' && !signal.aborted) {
    onProgress?.({ type: 'text', text });
  }
}

function toTurn(turn: ScriptTurn, index: number, milliseconds: number): Turn {
  const { text = '', thinking = '', calls = [] } = turn;
  return {
    text,
    thinking,
    calls: calls.map((call, at) => ({ id: `call_${index}_${at}`, name: call.name, arguments: call.arguments })),
    finish: turn.finish ?? (calls.length > 0 ? 'calls' : 'stop'),
    usage: usageOf(turn),
    milliseconds,
  };
}

function usageOf({ usage }: ScriptTurn): Usage {
  return {
    ...(usage?.prompt === undefined ? {} : { prompt: usage.prompt }),
    ...(usage?.output === undefined ? {} : { output: usage.output }),
  };
}

async function loadScript(path: string): Promise<Result<{ script: ReplayScript; digest: string }, ModelFailure>> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > scriptLimit) {
      return fail(
        failure(
          'rejected',
          `The replay script ${path} is larger than ${scriptLimit / 1024 / 1024} MB; use a smaller recording.`,
        ),
      );
    }
    text = await readFile(path, 'utf8');
  } catch (error) {
    return fail(
      failure(
        'model-missing',
        `The replay script ${path} cannot be read (${errorText(error)}); give the path of a script file.`,
      ),
    );
  }
  const parsed = parseScript(text);
  return parsed.ok
    ? ok({ script: parsed.value, digest: createHash('sha256').update(text).digest('hex') })
    : fail(
        failure(
          'malformed',
          `The replay script ${path} is not valid: ${parsed.error}; correct it, or record it again.`,
        ),
      );
}

function parseScript(text: string): Result<ReplayScript, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail(errorText(error));
  }
  const script = replayScriptSchema.safeParse(value);
  if (script.success) {
    return ok(script.data);
  }
  const issue = script.error.issues[0];
  return fail(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unexpected'}`);
}

function aborted(): Result<never, ModelFailure> {
  return fail(failure('aborted', 'The request to the replay script was cancelled.'));
}
