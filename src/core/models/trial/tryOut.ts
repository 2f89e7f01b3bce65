import { fail, ok, type Result } from '../../../base/result.ts';
import type {
  ChatRequest,
  LanguageModel,
  ModelFailure,
  ModelFailureReason,
  ModelInfo,
  Turn,
} from '../languageModel.ts';
import { plainlyUnfit } from '../canWork.ts';
import type { ModelGrade } from '../modelGrade.ts';
import {
  type Finding,
  fitsSchema,
  isExactCopy,
  isExactEdit,
  isWantedCall,
  judgeTrial,
  parseJson,
  type Trial,
  usesResult,
} from './trialJudgement.ts';
import {
  type ActMode,
  callQuestion,
  copyQuestion,
  editQuestion,
  resultQuestion,
  schemaQuestion,
} from './trialQuestions.ts';

/** Reads the call that a model wrote as text instead of making it; undefined where the text is no such call. */
export type ReadTextualCall = (
  text: string,
  offered: readonly string[],
) => { readonly name: string; readonly arguments: unknown } | undefined;

export interface TrialOptions {
  /** The window of the tasks to come: another one would make a server load the model twice. */
  readonly contextTokens: number;
  readonly readTextualCall: ReadTextualCall;
  readonly signal: AbortSignal;
  /** Says what is asked next, for people. */
  readonly onQuestion?: (what: string) => void;
}

/** Failures that are an answer to the question, and not of the server. */
const ofModel: ReadonlySet<ModelFailureReason> = new Set([
  'tools-unsupported',
  'format-unsupported',
  'malformed-call',
  'rejected',
]);

type Asked = { readonly turn: Turn } | { readonly refused: ModelFailure };

/**
 * Finds out what a model can do by five small questions: a call, the use of its result, an answer to a schema, an exact edit and an
 * exact copy. Costs at most five answers of 2,048 tokens. A server that fails is the failure, never a grade.
 */
export async function tryOut(
  model: LanguageModel,
  info: ModelInfo,
  options: TrialOptions,
): Promise<Result<Trial, ModelFailure>> {
  const unfit = plainlyUnfit(info);
  if (unfit !== undefined) {
    return ok(unfit);
  }
  const findings: Finding[] = [];
  const ask = async (what: string, request: ChatRequest): Promise<Result<Asked, ModelFailure>> => {
    options.onQuestion?.(what);
    const answer = await model.chat(request, { signal: options.signal });
    if (answer.ok) {
      return ok({ turn: answer.value });
    }
    return ofModel.has(answer.error.reason) ? ok({ refused: answer.error }) : answer;
  };
  const note = (question: Finding['question'], passed: boolean, told: string): void => {
    findings.push({ question, passed, told: told.slice(0, 400) });
  };

  const called = await ask('calling a tool', callQuestion(options));
  if (!called.ok) {
    return called;
  }
  const call = readCall(called.value, options.readTextualCall);
  note('tool-call', call.tools !== 'none', call.told);
  if (call.given !== undefined) {
    const told = await ask('using what a tool answers', resultQuestion(options, call.given));
    if (!told.ok) {
      return told;
    }
    const uses = 'turn' in told.value && usesResult(told.value.turn.text);
    note('tool-result', uses, uses ? 'used the result' : `did not use what the tool answered${cutNote(told.value)}`);
  }

  const shaped = await ask('answering to a schema', schemaQuestion(options));
  if (!shaped.ok) {
    return shaped;
  }
  const fits = 'turn' in shaped.value && fitsSchema(shaped.value.turn.text);
  note('schema', fits, fits ? 'answered to a schema' : `gave no answer that fits a schema${cutNote(shaped.value)}`);

  const mode = call.tools !== 'none' ? 'tools' : fits ? 'schema' : undefined;
  if (mode !== undefined) {
    const edited = await ask('an exact edit', editQuestion(options, mode));
    if (!edited.ok) {
      return edited;
    }
    const edits = isExactEdit(actOf(edited.value, mode, 'edit_file', options.readTextualCall));
    note('edit', edits, edits ? 'made an exact edit' : `could not make an exact edit${cutNote(edited.value)}`);
    const copied = await ask('an exact copy', copyQuestion(options, mode));
    if (!copied.ok) {
      return copied;
    }
    const copies = isExactCopy(actOf(copied.value, mode, 'write_file', options.readTextualCall));
    note('copy', copies, copies ? 'copied exactly' : `could not copy a small file exactly${cutNote(copied.value)}`);
  }
  // A server that refuses every request says nothing of the model.
  const refusal = rejection(called.value);
  return refusal !== undefined && rejection(shaped.value) !== undefined
    ? fail(refusal)
    : ok(judgeTrial(findings, call.tools, info.facts));
}

interface ReadCall {
  readonly tools: ModelGrade['tools'];
  readonly told: string;
  readonly given?: Parameters<typeof resultQuestion>[1];
}

function readCall(asked: Asked, readTextualCall: ReadTextualCall): ReadCall {
  if ('refused' in asked) {
    return { tools: 'none', told: asked.refused.message };
  }
  const { calls, text } = asked.turn;
  const native = asked.turn.finish === 'length' ? undefined : calls.find(isWantedCall);
  if (native !== undefined) {
    return { tools: 'native', told: 'called the tool', given: { native } };
  }
  const textual = calls.length === 0 ? readTextualCall(text, ['look_up', 'list_keys']) : undefined;
  if (textual !== undefined && isWantedCall(textual)) {
    return { tools: 'text', told: 'wrote the call as text', given: { text } };
  }
  const what = calls.length > 0 ? 'called the wrong tool, or with a wrong argument' : 'did not call the tool';
  return { tools: 'none', told: `${what}${cutNote(asked)}` };
}

/** The arguments of the act that was asked for, by whichever way. */
function actOf(asked: Asked, mode: ActMode, tool: string, readTextualCall: ReadTextualCall): unknown {
  if (!('turn' in asked) || asked.turn.finish === 'length') {
    return undefined;
  }
  const { calls, text } = asked.turn;
  if (mode === 'schema') {
    return parseJson(text);
  }
  const made = calls.find(({ name }) => name === tool) ?? readTextualCall(text, [tool]);
  return made?.arguments;
}

function cutNote(asked: Asked): string {
  if ('refused' in asked) {
    return ` (${asked.refused.message})`;
  }
  return asked.turn.finish === 'length' ? ' (its answer was cut for its length)' : '';
}

function rejection(asked: Asked): ModelFailure | undefined {
  return 'refused' in asked && asked.refused.reason === 'rejected' ? asked.refused : undefined;
}
