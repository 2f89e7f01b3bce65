import * as z from 'zod';
import type { Failure } from '../../base/failure.ts';
import { ok, type Result } from '../../base/result.ts';
import {
  type AssembledContext,
  assembleMessages,
  composeMessages,
  estimateRequest,
  type Prompt,
  type PromptRoom,
} from '../models/contextAssembly.ts';
import { type ContextItem, renderItems } from '../models/contextItem.ts';
import { callForms } from '../models/callForm.ts';
import { fitItems } from '../models/contextBudget.ts';
import type { Elision } from '../models/historyCompaction.ts';
import type { ChatRequest, Message } from '../models/languageModel.ts';
import { planText } from '../models/plan.ts';
import { type Calibration, createEstimator } from '../models/tokenEstimate.ts';
import { servedRoom } from '../models/truncation.ts';
import type { Task } from '../tasks/task.ts';
import { namedResults, plainMessages } from './callQuestion.ts';
import type { Conversation } from './conversation.ts';
import { operationLines } from './fileOperations.ts';

const json = z.record(z.string(), z.unknown());

/** What is the same in all requests of a role: kept beside the trace, so that a trace rebuilds with what it was made with. */
export const promptFrameSchema = z.object({
  system: z.string(),
  tools: z.array(z.object({ name: z.string(), description: z.string(), parameters: json })),
  contextTokens: z.int(),
  maxOutputTokens: z.int(),
  /** The model has less room than the run's items were chosen for: they are fitted to `contextTokens` anew. */
  refitted: z.literal(true).optional(),
  /** How a call is asked for; absent where tools are offered. */
  form: z.enum(callForms).optional(),
  format: json.optional(),
});

export type PromptFrame = z.infer<typeof promptFrameSchema>;

/** What the messages of a request are made of. */
export interface Telling {
  readonly run: string;
  readonly items: readonly ContextItem[];
  readonly frame: PromptFrame;
  readonly conversation: Conversation;
  readonly task: Task;
}

/** The room of a request: the run's own, or that of the model where it is known to have less. */
export function frameRoom(
  run: Pick<PromptFrame, 'contextTokens' | 'maxOutputTokens'>,
  modelTokens: number | undefined,
): Pick<PromptFrame, 'contextTokens' | 'maxOutputTokens' | 'refitted'> {
  const { contextTokens, maxOutputTokens } = run;
  if (modelTokens === undefined || modelTokens >= contextTokens) {
    return { contextTokens, maxOutputTokens };
  }
  const most = Math.floor(modelTokens / 2);
  return { contextTokens: modelTokens, maxOutputTokens: Math.min(maxOutputTokens, most), refitted: true };
}

/** How the model is to choose its words. */
export interface Sampling {
  readonly temperature: number;
  readonly seed: number;
}

export interface SizedRequest extends Pick<AssembledContext, 'estimatedTokens' | 'elision'> {
  readonly request: ChatRequest;
  /** What it says of the budget. */
  readonly budget: string;
}

/** The next request, sized to the window that the server is known to have. */
export function nextRequest(
  telling: Telling,
  sampling: Sampling,
  calibration: Calibration,
): Result<SizedRequest, Failure<'context-exceeded'>> {
  const { frame, task } = telling;
  const assembled = assembleMessages(promptOf(telling), roomOf(frame, task, calibration));
  if (!assembled.ok) {
    return assembled;
  }
  const { messages, elision } = assembled.value;
  const request = chatRequest(frame, messages, sampling);
  const estimatedTokens = estimateRequest(request.messages, frame.tools, createEstimator(calibration));
  return ok({ request, estimatedTokens, elision, budget: budgetLine(task) });
}

/** A request that was made, from what the trace has of it: `budget` where it says something else of that than the task. */
export function sameRequest(
  telling: Telling,
  sampling: Sampling,
  { elided, budget }: { readonly elided?: Elision | undefined; readonly budget?: string | undefined },
): ChatRequest {
  const prompt = promptOf(telling);
  const said = budget === undefined ? prompt : { ...prompt, budget };
  return chatRequest(telling.frame, composeMessages(said, elided), sampling);
}

/** Its keys in this order, as its bytes are kept. */
function chatRequest(frame: PromptFrame, messages: readonly Message[], { temperature, seed }: Sampling): ChatRequest {
  const { tools, form, format, contextTokens, maxOutputTokens } = frame;
  return {
    messages: plainMessages(form ?? 'tools', messages),
    tools,
    ...(format === undefined ? {} : { format }),
    contextTokens,
    maxOutputTokens,
    temperature,
    seed,
  };
}

function promptOf({ run, items, frame, conversation, task }: Telling): Prompt {
  return {
    system: frame.system,
    opening: renderItems(
      frame.refitted === true ? fitItems(items, frame.contextTokens, createEstimator()) : items,
      run,
    ),
    goal: task.goal,
    plan: planText(task.plan?.steps ?? []),
    history: namedResults(frame.form ?? 'tools', conversation.history, run),
    files: operationLines(conversation.operations),
    budget: budgetLine(task),
  };
}

function roomOf(frame: PromptFrame, { served }: Task, calibration: Calibration): PromptRoom {
  const { tools, contextTokens, maxOutputTokens } = frame;
  const mostPromptTokens = served === undefined ? undefined : servedRoom(served, maxOutputTokens);
  return {
    tools,
    contextTokens,
    maxOutputTokens,
    ...(mostPromptTokens === undefined ? {} : { mostPromptTokens }),
    estimate: createEstimator(calibration),
  };
}

/** Restated in the last message of each request: small models forget what stood at the top. */
export function budgetLine({ usage, limits }: Task): string {
  const steps = Math.max(0, limits.steps - usage.steps);
  const tokens = Math.max(0, limits.newTokens - usage.newTokens);
  return `Left for this task: ${steps} steps, ${tokens} tokens.`;
}
