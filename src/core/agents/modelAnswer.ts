import { type Failure, failure } from '../../base/failure.ts';
import { withRecordableCalls } from '../models/callArguments.ts';
import type { ChatRequest, LanguageModel, ModelFailureReason, ModelProgress, Turn } from '../models/languageModel.ts';
import { alreadySentTokens, type SentBefore } from '../models/promptPrefix.ts';
import { RunawayWatch } from '../models/runawayWatch.ts';
import { type Calibration, calibrate, type CallTokens, countCall, createEstimator } from '../models/tokenEstimate.ts';
import { isSurelyWhole, judgeWindow } from '../models/truncation.ts';
import { runawayReason } from '../tasks/conduct.ts';
import { elidedParts } from '../models/historyCompaction.ts';
import type { ReadAnswer } from '../tools/callLadder.ts';
import type { TraceEventData } from '../trace/traceEvent.ts';
import type { AgentPorts, RunMemory } from './agentRun.ts';
import { budgetLine, type PromptFrame, type SizedRequest } from './nextRequest.ts';

/** A request, sized, and what it was made of. */
export interface Question extends SizedRequest {
  readonly frame: PromptFrame;
  /** What it is asked for where that is no step of the agent. */
  readonly purpose?: 'plan';
}

export interface Asked extends Question {
  readonly run: string;
  readonly step: number;
}

type AskingPorts = Pick<AgentPorts, 'model' | 'trace' | 'calibrations'>;

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
  { chat }: Pick<LanguageModel, 'chat'>,
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
    answer = await chat(request, { signal: AbortSignal.any([signal, broken.signal]), onProgress });
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
export function alreadySent({ previous, calibration }: RunMemory, { request }: Pick<Question, 'request'>): SentBefore {
  return alreadySentTokens(previous, request, createEstimator(calibration));
}

/** Recorded with all that makes up the request, so that it can be made again from the trace; `contextTokens` is the window sent. */
export async function recordQuestion(
  { trace }: AskingPorts,
  memory: RunMemory,
  asked: Asked,
  contextTokens: number,
): Promise<void> {
  const { run, step, request, estimatedTokens, frame, elision, budget, purpose } = asked;
  const kept = {
    request: await trace.putArtifact(encoded(request)),
    frame: await trace.putArtifact(encoded(frame)),
  };
  const { factor, samples } = memory.calibration;
  // Counted when the question was made: an attempt that broke off, or the user, may have changed what is left.
  await trace.record((task) => ({
    type: 'model-asked',
    actor: 'host',
    data: {
      run,
      step,
      ...kept,
      estimatedTokens,
      contextTokens,
      ...(purpose === undefined ? {} : { purpose }),
      ...(frame.form === undefined ? {} : { form: frame.form }),
      temperature: request.temperature,
      seed: request.seed,
      ...(elidedParts(elision) === 0 ? {} : { elided: elision }),
      ...(budget === budgetLine(task) ? {} : { budget }),
      ...(samples === 0 ? {} : { calibration: { factor, samples } }),
    },
  }));
}

function encoded(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

export async function recordAnswer(
  ports: AskingPorts,
  memory: RunMemory,
  asked: Asked,
  { turn, read }: { readonly turn: Turn; readonly read?: ReadAnswer },
  signal: AbortSignal,
): Promise<void> {
  const { run, step, estimatedTokens, purpose } = asked;
  const { truncated, window } = await windowAfter(ports, memory, asked, turn, signal);
  const tokens = remember(memory, asked, turn.text + turn.thinking + JSON.stringify(turn.calls), turn.usage);
  if (!truncated) {
    await learn(ports, memory, calibrate(memory.calibration, estimatedTokens, turn.usage.prompt));
  }
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
      ...readText(read),
      ...(window === undefined ? {} : { window }),
      ...(purpose === undefined ? {} : { purpose }),
    },
  });
}

/** What the text of an answer was read as, where there is more to say than that it is text. */
function readText(read: ReadAnswer | undefined): Pick<TraceEventData<'model-answered'>, 'read'> {
  const call = read?.fromText === true ? read.calls[0]?.call : undefined;
  const problem = read?.problem;
  return call === undefined && problem === undefined
    ? {}
    : { read: { ...(call === undefined ? {} : { call }), ...(problem === undefined ? {} : { problem }) } };
}

/**
 * Whether the server cut the prompt, and its real window where that is smaller than the one asked for. A server that can tell is asked
 * once a run, and again after a count that looks like a cut.
 */
async function windowAfter(
  { model }: AskingPorts,
  memory: RunMemory,
  asked: Asked,
  turn: Turn,
  signal: AbortSignal,
): Promise<ReturnType<typeof judgeWindow>> {
  const call = {
    estimated: asked.estimatedTokens,
    counted: turn.usage.prompt,
    before: alreadySent(memory, asked),
    countsWhole: memory.countsWhole === true,
    calibrated: memory.calibration.samples > 0,
    contextTokens: asked.request.contextTokens,
  };
  const judged = judgeWindow(call, memory.window ?? undefined);
  memory.countsWhole = call.countsWhole || isSurelyWhole(call);
  if (model.servedWindow === undefined || (memory.window !== undefined && !judged.truncated)) {
    return judged;
  }
  memory.window = (await model.servedWindow(signal)) ?? null;
  return judgeWindow(call, memory.window ?? undefined);
}

async function learn({ model, calibrations }: AskingPorts, memory: RunMemory, learned: Calibration): Promise<void> {
  if (learned !== memory.calibration) {
    memory.calibration = learned;
    await calibrations?.keep(model.id, learned);
  }
}

/** An answer that broke off has cost what came of it, and the prompt before it. */
export async function recordFailure(
  ports: AskingPorts,
  memory: RunMemory,
  asked: Asked,
  { error, heard }: Exclude<Heard, { readonly turn: Turn }>,
): Promise<void> {
  const { run, step, purpose } = asked;
  const spent = heard === '' ? undefined : remember(memory, asked, heard, {});
  await ports.trace.record({
    type: 'model-failed',
    actor: 'model',
    data: {
      run,
      step,
      reason: { code: error.reason, message: error.message },
      ...(spent === undefined ? {} : { promptTokens: spent.prompt, outputTokens: spent.output, newTokens: spent.new }),
      ...(purpose === undefined ? {} : { purpose }),
    },
  });
}

function remember(memory: RunMemory, asked: Asked, answer: string, usage: Turn['usage']): CallTokens {
  const tokens = countCall({
    usage,
    estimated: { prompt: asked.estimatedTokens, output: createEstimator(memory.calibration)(answer) },
    alreadySent: alreadySent(memory, asked).counted,
  });
  memory.previous = { prompt: asked.request, tokens };
  return tokens;
}
