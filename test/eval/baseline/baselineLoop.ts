import { estimateRequest } from '../../../src/core/models/contextAssembly.ts';
import { isTransient, pauseBefore } from '../../../src/core/models/endpointBreaker.ts';
import type { ChatRequest, LanguageModel, Message, Turn } from '../../../src/core/models/languageModel.ts';
import { alreadySentTokens, type SentPrompt } from '../../../src/core/models/promptPrefix.ts';
import { calibrate, countCall, createEstimator, uncalibrated } from '../../../src/core/models/tokenEstimate.ts';
import type { EvalLimits } from '../armRun.ts';
import { type Action, readAction, shellTool, submitWord } from './shellAction.ts';
import { formatError, observation, shellSystem } from './shellPrompt.ts';

/** Answers without a command in a row that end the loop. */
const maxFormatErrors = 3;
/** Commands in a row that took too long that end the loop. */
const maxTimeouts = 3;

export interface CommandResult {
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export interface BaselinePorts {
  readonly model: LanguageModel;
  /** Whether it calls tools; else it is asked for code blocks. */
  readonly hasTools: boolean;
  /** Runs a shell line in the box; throws when the box is gone. */
  readonly run: (command: string, seconds: number) => Promise<CommandResult>;
  /** Receives everything that happens, for the record. */
  readonly note: (entry: Readonly<Record<string, unknown>>) => void;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

export interface BaselineEnd {
  /** `submitted`, or why it ended before. */
  readonly ended: string;
  readonly newTokens: number;
  readonly tokens: number;
  readonly steps: number;
  readonly malformed: number;
}

/**
 * The loop that the product is compared with: one tool, one command a turn, a history that only grows, capped output. It has the
 * product's budgets, model settings and window, and counts tokens by the product's own rules.
 */
export async function runBaseline(ports: BaselinePorts, goal: string, limits: EvalLimits): Promise<BaselineEnd> {
  const history: Message[] = [];
  const used = { newTokens: 0, tokens: 0, steps: 0, malformed: 0 };
  const started = performance.now();
  let previous: SentPrompt | undefined;
  let calibration = uncalibrated;
  let formatErrors = 0;
  let timeouts = 0;
  for (;;) {
    const estimate = createEstimator(calibration);
    const request = requestFor(ports, goal, history, limits);
    const prompt = estimateRequest(request.messages, request.tools, estimate);
    const sent = alreadySentTokens(previous, request, estimate).counted;
    const secondsLeft = limits.seconds - (performance.now() - started) / 1_000;
    const limit = limitReached(used, { prompt, fresh: prompt - sent, secondsLeft }, limits);
    if (limit !== undefined) {
      return { ended: limit, ...used };
    }
    used.steps += 1;
    const asked = await ask(ports, request, secondsLeft);
    if (typeof asked === 'string' && asked !== 'malformed-call') {
      return { ended: `model-${asked}`, ...used };
    }
    const turn = typeof asked === 'string' ? undefined : asked;
    if (turn !== undefined) {
      const output = estimate(turn.text + turn.thinking + JSON.stringify(turn.calls));
      const tokens = countCall({ usage: turn.usage, estimated: { prompt, output }, alreadySent: sent });
      previous = { prompt: request, tokens };
      calibration = calibrate(calibration, prompt, turn.usage.prompt);
      used.newTokens += tokens.new;
      used.tokens += tokens.prompt + tokens.output;
    }
    const action: Action = turn === undefined ? { kind: 'none', why: 'bad-call' } : readAction(turn, ports.hasTools);
    if (action.kind === 'none' || !action.asWritten) {
      used.malformed += 1;
    }
    if (action.kind === 'none') {
      ports.note({ type: 'format-error', step: used.steps, why: action.why, text: turn?.text, calls: turn?.calls });
      formatErrors += 1;
      if (formatErrors === maxFormatErrors) {
        return { ended: 'repeated-format-error', ...used };
      }
      history.push(...answerTo(turn, formatError(action.why, ports.hasTools)));
      continue;
    }
    formatErrors = 0;
    const result = await ports.run(action.command, limits.commandSeconds);
    ports.note({ type: 'command', step: used.steps, command: action.command, ...result });
    if (result.exitCode === 0 && result.stdout.trimStart().startsWith(submitWord)) {
      return { ended: 'submitted', ...used };
    }
    timeouts = result.timedOut ? timeouts + 1 : 0;
    if (timeouts === maxTimeouts) {
      return { ended: 'repeated-timeouts', ...used };
    }
    history.push(...answerTo(turn, observation(result)));
  }
}

function requestFor(
  { hasTools }: BaselinePorts,
  goal: string,
  history: readonly Message[],
  limits: EvalLimits,
): ChatRequest {
  return {
    messages: [{ role: 'system', content: shellSystem(hasTools) }, { role: 'user', content: goal }, ...history],
    tools: hasTools ? [shellTool] : [],
    contextTokens: limits.contextTokens,
    maxOutputTokens: limits.maxOutputTokens,
    temperature: 0.1,
    seed: 1,
  };
}

/** The answer with its calls, and what came of it: of several calls the first was run, and the others are told so. */
function answerTo(turn: Turn | undefined, told: string): Message[] {
  if (turn === undefined || (turn.text === '' && turn.calls.length === 0)) {
    return [{ role: 'user', content: told }];
  }
  const calls = turn.finish === 'length' ? [] : turn.calls;
  const results = calls.map((call, at): Message => {
    const content = at === 0 ? told : 'Not run: only one command at a time.';
    return { role: 'tool', callId: call.id, tool: call.name, content };
  });
  return [
    { role: 'assistant', content: turn.text, ...(calls.length === 0 ? {} : { calls }) },
    ...(results.length > 0 ? results : [{ role: 'user', content: told } as const]),
  ];
}

function limitReached(
  used: { readonly newTokens: number; readonly tokens: number; readonly steps: number },
  next: { readonly prompt: number; readonly fresh: number; readonly secondsLeft: number },
  limits: EvalLimits,
): string | undefined {
  if (used.steps >= limits.steps) return 'step-limit';
  if (next.secondsLeft <= 0) return 'time-limit';
  if (used.newTokens + next.fresh + limits.maxOutputTokens > limits.newTokens) return 'budget-exhausted';
  if (used.tokens + next.prompt + limits.maxOutputTokens > limits.totalTokens) return 'budget-exhausted';
  return next.prompt > limits.contextTokens * 0.9 - limits.maxOutputTokens ? 'context-exceeded' : undefined;
}

/** The answer, or why there is none; servers that are busy or break off are asked again as the product asks them. */
async function ask(ports: BaselinePorts, request: ChatRequest, secondsLeft: number): Promise<Turn | string> {
  const signal = AbortSignal.timeout(Math.ceil(secondsLeft * 1_000));
  for (let attempts = 1; ; attempts += 1) {
    const answer = await ports.model.chat(request, { signal });
    if (answer.ok) {
      ports.note({ type: 'answer', text: answer.value.text, calls: answer.value.calls, finish: answer.value.finish });
      return answer.value;
    }
    ports.note({ type: 'model-failed', reason: answer.error.reason, message: answer.error.message });
    const pause = isTransient(answer.error.reason) ? pauseBefore(attempts, 0.5) : undefined;
    if (pause === undefined || signal.aborted) {
      return signal.aborted ? 'timeout' : answer.error.reason;
    }
    await ports.sleep(pause);
  }
}
