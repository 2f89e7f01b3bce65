import { errorText, type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ContextItem } from '../models/contextItem.ts';
import type { ChatRequest } from '../models/languageModel.ts';
import type { Task } from '../tasks/task.ts';
import { foldTask } from '../tasks/taskReducer.ts';
import type { TraceEvent, TraceEventData } from '../trace/traceEvent.ts';
import { type Conversation, conversationAfter, freshConversation, plannersConversation } from './conversation.ts';
import { promptFrameSchema, sameRequest } from './nextRequest.ts';

type Asked = TraceEventData<'model-asked'>;

export interface RebuiltRequest {
  /** Number of the `model-asked` event. */
  readonly seq: number;
  readonly asked: Asked;
  /** The request again; its bytes are those of its JSON. */
  readonly request: Result<ChatRequest, Failure<'not-recorded'>>;
}

/** What is kept beside the trace; undefined for what is not there. */
export type ReadArtifact = (sha256: string) => Promise<Uint8Array | undefined>;

/**
 * Every request of a trace, made again from the events before it and the payloads that they name, without a look at the request that
 * was kept: with the same version of this product its bytes are the same. What was redacted in the trace is redacted in it too.
 */
export async function* rebuildRequests(
  events: Iterable<TraceEvent> | AsyncIterable<TraceEvent>,
  readArtifact: ReadArtifact,
): AsyncGenerator<RebuiltRequest, void, void> {
  let task: Task | undefined;
  let conversation: Conversation = freshConversation;
  let items: ContextItem[] = [];
  for await (const event of events) {
    if (event.type === 'run-started') {
      items = [];
    }
    if (event.type === 'context-added') {
      items.push(await itemOf(event.data, readArtifact));
    }
    if (event.type === 'model-asked' && task !== undefined) {
      const request = await rebuild(event.data, { task, conversation, items }, readArtifact);
      yield { seq: event.seq, asked: event.data, request };
    }
    task = foldTask(task, event);
    conversation = conversationAfter(conversation, event);
  }
}

async function rebuild(
  asked: Asked,
  known: { readonly task: Task; readonly conversation: Conversation; readonly items: readonly ContextItem[] },
  readArtifact: ReadArtifact,
): Promise<RebuiltRequest['request']> {
  const { frame, temperature, seed, elided, budget, run, purpose } = asked;
  if (frame === undefined || temperature === undefined || seed === undefined) {
    return fail(
      failure('not-recorded', 'The trace is of a version that did not record what its requests were made of.'),
    );
  }
  const parsed = promptFrameSchema.safeParse(parsedJson(await readArtifact(frame.sha256)));
  if (!parsed.success) {
    return fail(
      failure('not-recorded', `The payload ${frame.sha256.slice(0, 12)} of the trace is missing or changed.`),
    );
  }
  const { operations } = known.conversation;
  const conversation = purpose === 'plan' ? plannersConversation(operations) : known.conversation;
  return ok(
    sameRequest({ ...known, conversation, run, frame: parsed.data }, { temperature, seed }, { elided, budget }),
  );
}

async function itemOf(data: TraceEventData<'context-added'>, readArtifact: ReadArtifact): Promise<ContextItem> {
  const { run: _run, artifact, text, ...item } = data;
  const bytes = artifact === undefined ? undefined : await readArtifact(artifact.sha256);
  return { ...item, text: text ?? (bytes === undefined ? '' : new TextDecoder().decode(bytes)) };
}

function parsedJson(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    return errorText(error);
  }
}
