import { recordableCall } from '../models/callArguments.ts';
import type { CallForm } from '../models/callForm.ts';
import type { Repair } from '../models/callRepair.ts';
import { withoutHidden } from '../models/hiddenCharacters.ts';
import type { ToolCall, Turn } from '../models/languageModel.ts';
import { mendedJson } from './callValidation.ts';
import { readDecision } from './decisionFormat.ts';
import { readTextCall } from './textCall.ts';
import type { Tool } from './tool.ts';
import { resolveToolName } from './toolName.ts';

/** A call, and the rungs by which it was read; none for one that came through the server's own field. */
export interface ReadCall {
  readonly call: ToolCall;
  readonly repairs: readonly Repair[];
}

export interface ReadAnswer {
  readonly calls: readonly ReadCall[];
  /** The calls are the answer's text, so that the text says nothing besides. */
  readonly fromText: boolean;
  /** Why a text that looks like a call is none; for the model. */
  readonly problem?: string;
}

export interface LadderContext {
  readonly offered: readonly Tool[];
  readonly form: CallForm;
  readonly step: number;
  /** What the model was told by tools and files: a call that stands there is a quotation. Asked for only where one is found. */
  readonly told: () => readonly string[];
}

/**
 * The calls of an answer: those of the server's own field, else the one that its whole text is. Never of an answer that was cut, never
 * out of prose or thoughts, never what stands in a file or a tool's output, and never for a tool that is not on offer. Depends on
 * nothing else, so the same answer in a trace gives the same calls.
 */
export function readCalls(answer: Pick<Turn, 'text' | 'calls' | 'finish'>, context: LadderContext): ReadAnswer {
  if (answer.finish === 'length') {
    return { calls: [], fromText: false };
  }
  if (answer.calls.length > 0) {
    return { calls: answer.calls.map((call) => ({ call, repairs: [] })), fromText: false };
  }
  const found = readText(answer.text, context.form);
  if (found === undefined) {
    return { calls: [], fromText: false };
  }
  const resolved = resolveToolName(found.name, context.offered);
  if (!resolved.ok) {
    return { calls: [], fromText: false, problem: resolved.error.message };
  }
  if (isQuoted(found.written, context.told())) {
    const problem = 'Your answer stands word for word in what a tool showed you, so it was not taken for a call.';
    return { calls: [], fromText: false, problem };
  }
  const call = recordableCall({ id: `call_said_${context.step}`, name: found.name, arguments: found.arguments });
  return { calls: [{ call, repairs: found.repairs }], fromText: true };
}

function readText(
  text: string,
  form: CallForm,
):
  | (Pick<ToolCall, 'name' | 'arguments'> & { readonly written: string; readonly repairs: readonly Repair[] })
  | undefined {
  const decision = form === 'tools' ? undefined : readDecision(text);
  const found = decision ?? readTextCall(text);
  if (found === undefined) {
    return undefined;
  }
  const rung: Repair =
    'wrapper' in found
      ? { rung: 'text-call', detail: found.wrapper }
      : { rung: 'decision', detail: form === 'decision' ? 'held to a schema' : 'asked for in words' };
  return { ...found, repairs: found.mended ? [rung, mendedJson] : [rung] };
}

/**
 * Also where it is shown with line numbers, as lines that a search found or as a comment, and where it has characters that nobody sees:
 * the model has read their names.
 */
function isQuoted(written: string, told: readonly string[]): boolean {
  const calls = readings(written);
  return told.some((each) => readings(each).some((reading) => calls.some((call) => reading.includes(call))));
}

/** What a tool puts before a line of a file, and what a file puts before a line of a comment. */
const linePrefixes = [/^\d+\|/gm, /^[^\n]{1,400}?:\d+: ?/gm, /^[ \t]*(?:\/\/+!?|\/\*+|\*+|#+|--+|;+|%+|>+|<!--)/gm];

/** The text as it stands, and with ever more of what may stand before its lines taken off. */
function readings(text: string): readonly string[] {
  const texts = [text];
  for (const prefix of linePrefixes) {
    texts.push(...texts.map((each) => each.replace(prefix, '')));
  }
  return [...new Set(texts.map(bare))].filter((each) => each !== '');
}

function bare(text: string): string {
  return withoutHidden(text).replace(/\s+/g, '');
}
