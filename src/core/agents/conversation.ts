import type { CallForm } from '../models/callForm.ts';
import type { Message, ToolCall } from '../models/languageModel.ts';
import { isEmptyAnswer, tooManyCalls } from '../tasks/conduct.ts';
import { capOutput } from '../tools/capOutput.ts';
import type { TraceEntry, TraceEventData } from '../trace/traceEvent.ts';
import { type FileOperations, noOperations, operationsAfter } from './fileOperations.ts';

/** More calls than this in one answer are not run: a model that asks for dozens at once is not reading the results. */
export const maxCallsPerAnswer = 8;

/**
 * What the model of a run has said and been told, as the fold of the run's events. The loop folds what it records and a replay what it
 * reads, so both have the same.
 */
export interface Conversation {
  /** Oldest first, complete. */
  readonly history: readonly Message[];
  readonly operations: FileOperations;
  /** How the newest question asked for a call. */
  readonly form: CallForm;
}

export const freshConversation: Conversation = { history: [], operations: noOperations, form: 'tools' };

/** Who plans is told what was done, and not what was said. */
export function plannersConversation(operations: FileOperations): Conversation {
  return { ...freshConversation, operations };
}

export function conversationAfter(conversation: Conversation, event: TraceEntry): Conversation {
  if (event.type === 'run-started') {
    return freshConversation;
  }
  if (event.type === 'model-asked' && event.data.purpose === undefined) {
    return { ...conversation, form: event.data.form ?? 'tools' };
  }
  const history = historyAfter(conversation, event);
  const operations = operationsAfter(conversation.operations, event);
  return history === conversation.history && operations === conversation.operations
    ? conversation
    : { ...conversation, history, operations };
}

function historyAfter({ history, form }: Conversation, event: TraceEntry): readonly Message[] {
  switch (event.type) {
    case 'model-answered':
      return event.data.purpose === undefined ? afterAnswer(history, event.data, form) : history;
    case 'model-failed':
      return event.data.purpose === undefined && event.data.reason.code === 'malformed-call'
        ? [...history, { role: 'user', content: unreadableCall }]
        : history;
    case 'call-refused': {
      const { call, reason } = event.data;
      return reason.code === tooManyCalls
        ? withCallNotRun(history, call.name)
        : withResult(history, call.id, call.name, capOutput(reason.message));
    }
    case 'tool-returned':
      return withResult(history, event.data.call, event.data.tool, event.data.output);
    case 'tool-closed':
      return withClosing(history, event.data.tool);
    case 'notice-given':
      return [...history, { role: 'user', content: event.data.text }];
    case 'note-told':
      return [...history, { role: 'user', content: `The user says: ${event.data.text}` }];
    default:
      return history;
  }
}

/** The calls of an answer that are run. A call from an answer that was cut off may be half a file: it never is. */
export function callsToRun<Call>({ finish, calls }: { readonly finish: string; readonly calls: readonly Call[] }): {
  readonly run: readonly Call[];
  readonly refused: readonly Call[];
} {
  return finish === 'length'
    ? { run: [], refused: [] }
    : { run: calls.slice(0, maxCallsPerAnswer), refused: calls.slice(maxCallsPerAnswer) };
}

/** Nothing to answer to in an empty answer: the model is asked the same again. */
function afterAnswer(
  history: readonly Message[],
  data: TraceEventData<'model-answered'>,
  form: CallForm,
): readonly Message[] {
  if (isEmptyAnswer(data)) {
    return history;
  }
  const { thinking, finish, read } = data;
  const said = read?.call === undefined ? callsToRun(data).run : [read.call];
  const calls = said.map((call): ToolCall => ({ id: call.id, name: call.name, arguments: call.arguments }));
  const answer: Message = {
    role: 'assistant',
    // A text that is a call says nothing besides.
    content: read?.call === undefined ? data.text : '',
    ...(thinking === '' ? {} : { thinking }),
    ...(calls.length === 0 ? {} : { calls }),
  };
  return calls.length > 0
    ? [...history, answer]
    : [
        ...history,
        answer,
        { role: 'user', content: finish === 'length' ? cutOffAnswer : silence(form, read?.problem) },
      ];
}

/** Under the name that the model itself used, which its own call has. */
function withResult(history: readonly Message[], callId: string, tool: string, content: string): readonly Message[] {
  const answer = history.findLast((message) => message.role === 'assistant');
  const called = answer?.calls?.find((call) => call.id === callId)?.name ?? tool;
  return [...history, { role: 'tool', callId, tool: called, content }];
}

function withClosing(history: readonly Message[], tool: string): readonly Message[] {
  const last = history.at(-1);
  const note = `\n${tool} failed too often and is closed. Reach the goal without it.`;
  return last?.role === 'tool' ? [...history.slice(0, -1), { ...last, content: last.content + note }] : history;
}

/** One message for all of them, after the results of those that were run. */
function withCallNotRun(history: readonly Message[], name: string): readonly Message[] {
  const last = history.at(-1);
  return last?.role === 'user' && last.content.startsWith(callsNotRun)
    ? [...history.slice(0, -1), { ...last, content: `${last.content}, ${name}` }]
    : [...history, { role: 'user', content: `${callsNotRun} Not run: ${name}` }];
}

export const callsNotRun = `Only the first ${maxCallsPerAnswer} calls of an answer are run; make one call at a time.`;

const unreadableCall =
  'Your last answer had a tool call whose arguments are not valid JSON, so nothing happened. ' +
  'Answer with one tool call, and with valid JSON as its arguments.';

const cutOffAnswer =
  'Your answer was cut off because it was too long, and nothing of it was run. Answer with one short tool call.';

function silence(form: CallForm, problem: string | undefined): string {
  if (problem !== undefined) {
    return `${problem} Nothing happened. Make one tool call now.`;
  }
  return form === 'tools'
    ? 'Your answer had no tool call, so nothing happened. Call one tool now. If the goal is reached, call finish.'
    : 'Your answer was not one JSON object with an "action", so nothing happened. Answer with that object alone. If the goal is reached, the action is finish.';
}
