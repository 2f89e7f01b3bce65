import { type Failure, failure } from '../../base/failure.ts';
import { withRecordableCalls } from '../models/callArguments.ts';
import type { ChatRequest, LanguageModel, ModelFailureReason, ModelProgress, Turn } from '../models/languageModel.ts';
import { alreadySentTokens } from '../models/promptPrefix.ts';
import { RunawayWatch } from '../models/runawayWatch.ts';
import { calibrate, type CallTokens, countCall, createEstimator } from '../models/tokenEstimate.ts';
import { contextTruncated } from '../models/truncation.ts';
import { runawayReason } from '../tasks/conduct.ts';
import type { AgentPorts, RunMemory } from './agentRun.ts';

/** A request, sized. */
export interface Question {
  readonly request: ChatRequest;
  readonly estimatedTokens: number;
}

interface Asked extends Question {
  readonly run: string;
  readonly step: number;
}

/** An answer, or why there is none. `heard` is what came of it until then. */
export type Heard =
  | { readonly turn: Turn }
  | {
      readonly turn?: undefined;
      readonly error: Failure<ModelFailureReason | typeof runawayReason>;
      readonly heard: string;
      /** The time for it was over. */
      readonly late: boolean;
    };

/** Asks the model and breaks its answer off after `milliseconds`, and when it only repeats itself. */
export async function listen(
  model: LanguageModel,
  request: ChatRequest,
  milliseconds: number,
  signal: AbortSignal,
): Promise<Heard> {
  const watches = { text: new RunawayWatch(), thinking: new RunawayWatch() };
  const broken = new AbortController();
  let heard = '';
  let late = false;
  let runaway = false;
  const timer = setTimeout(() => {
    late = true;
    broken.abort();
  }, milliseconds);
  const onProgress = ({ type, text }: ModelProgress): void => {
    heard += text;
    if (watches[type].push(text)) {
      runaway = true;
      broken.abort();
    }
  };
  let answer: Awaited<ReturnType<LanguageModel['chat']>>;
  try {
    answer = await model.chat(request, { signal: AbortSignal.any([signal, broken.signal]), onProgress });
  } finally {
    clearTimeout(timer);
  }
  if (runaway && !late && !signal.aborted) {
    const message = 'The model repeated the same text again and again; its answer was broken off.';
    return { error: failure(runawayReason, message), heard, late };
  }
  return answer.ok ? { turn: withRecordableCalls(answer.value) } : { error: answer.error, heard, late };
}

/** Tokens of a question that the server has worked on in this run. */
export function alreadySent({ previous, calibration }: RunMemory, { request }: Question): number {
  return alreadySentTokens(previous, request, createEstimator(calibration));
}

export async function recordAnswer(ports: AgentPorts, memory: RunMemory, asked: Asked, turn: Turn): Promise<void> {
  const { run, step, estimatedTokens } = asked;
  const truncated = contextTruncated(estimatedTokens, turn.usage.prompt, alreadySent(memory, asked));
  const tokens = remember(memory, asked, turn.text + turn.thinking + JSON.stringify(turn.calls), turn.usage);
  memory.calibration = calibrate(memory.calibration, estimatedTokens, turn.usage.prompt);
  await ports.trace.record({
    type: 'model-answered',
    actor: 'model',
    data: {
      run,
      step,
      text: turn.text,
      thinking: turn.thinking,
      calls: [...turn.calls],
      finish: turn.finish,
      promptTokens: tokens.prompt,
      outputTokens: tokens.output,
      counted: tokens.exact,
      newTokens: tokens.new,
      milliseconds: turn.milliseconds,
      truncated,
    },
  });
}

/** An answer that broke off has cost what came of it, and the prompt before it. */
export async function recordFailure(
  ports: AgentPorts,
  memory: RunMemory,
  asked: Asked,
  { error, heard }: Exclude<Heard, { readonly turn: Turn }>,
): Promise<void> {
  const { run, step } = asked;
  const spent = heard === '' ? undefined : remember(memory, asked, heard, {});
  await ports.trace.record({
    type: 'model-failed',
    actor: 'model',
    data: {
      run,
      step,
      reason: { code: error.reason, message: error.message },
      ...(spent === undefined ? {} : { promptTokens: spent.prompt, outputTokens: spent.output, newTokens: spent.new }),
    },
  });
}

function remember(memory: RunMemory, asked: Asked, answer: string, usage: Turn['usage']): CallTokens {
  const tokens = countCall({
    usage,
    estimated: { prompt: asked.estimatedTokens, output: createEstimator(memory.calibration)(answer) },
    alreadySent: alreadySent(memory, asked),
  });
  memory.previous = { prompt: asked.request, tokens };
  return tokens;
}
