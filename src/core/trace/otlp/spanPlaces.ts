import type { TraceEvent } from '../traceEvent.ts';
import type { SpanEnd, SpanStart } from './openSpan.ts';
import type { Attributes } from './span.ts';
import { contentOf } from './spanContent.ts';
import { boxAttributes, chatEnd, type ModelNames, proofEnd } from './spanDetails.ts';

/** Which open span an event is about; `work` is the task itself while the host is at it. */
export type SpanPlace =
  | 'work'
  | 'chat'
  | 'proof'
  | `run ${string}`
  | `call ${string}`
  | `box ${string}`
  | `apply ${string}`;

export interface SpanContext {
  readonly task: string;
  readonly names: ModelNames;
  readonly content: boolean;
}

export interface SpanOpening extends Pick<SpanStart, 'name' | 'kind' | 'attributes' | 'requestArtifact'> {
  readonly place: SpanPlace;
  /** What the span belongs to, the first that is open; else the work. */
  readonly within: readonly SpanPlace[];
  /** How it goes back to the newest run, where there was one. */
  readonly goesBack?: 'previous_run' | 'proved_run';
}

/** The span that an event opens. */
export function openingOf(event: TraceEvent, context: SpanContext): SpanOpening | undefined {
  const { names, content } = context;
  const written = content ? contentOf(event) : {};
  switch (event.type) {
    case 'run-started': {
      const { run, agent, tree } = event.data;
      return {
        place: `run ${run}`,
        within: [],
        name: `invoke_agent ${agent}`,
        goesBack: 'previous_run',
        attributes: {
          ...genAi('invoke_agent', context),
          'gen_ai.agent.name': agent,
          'gen_ai.request.model': names.model,
          'nightshift.run': run,
          'nightshift.tree': tree,
        },
      };
    }
    case 'model-asked': {
      const { run, step, request, estimatedTokens, contextTokens, form } = event.data;
      return {
        place: 'chat',
        within: [`run ${run}`],
        name: `chat ${names.model}`,
        kind: 'client',
        attributes: {
          ...genAi('chat', context),
          'gen_ai.request.model': names.model,
          'gen_ai.request.stream': true,
          'nightshift.step': step,
          'nightshift.request.hash': request.sha256,
          'nightshift.request.estimated_tokens': estimatedTokens,
          'nightshift.request.context_tokens': contextTokens,
          'nightshift.request.form': form,
        },
        requestArtifact: content ? request.sha256 : undefined,
      };
    }
    case 'tool-called': {
      const { run, call, tool, step, effect, repairs } = event.data;
      return {
        place: `call ${call}`,
        within: [`run ${run}`],
        name: `execute_tool ${tool}`,
        attributes: {
          ...genAi('execute_tool', context),
          'gen_ai.tool.name': tool,
          'gen_ai.tool.type': 'function',
          'gen_ai.tool.call.id': call,
          'nightshift.step': step,
          'nightshift.tool.effect': effect,
          'nightshift.tool.repairs': repairs.length,
          'nightshift.tool.rungs': repairs.length === 0 ? undefined : repairs.map(({ rung }) => rung),
          ...written,
        },
      };
    }
    case 'sandbox-started':
      return {
        place: `box ${event.data.sandbox}`,
        within: [`run ${event.data.run}`, 'proof'],
        name: `nightshift.sandbox ${event.data.profile}`,
        attributes: boxAttributes(event.data),
      };
    case 'proof-started': {
      const { hash, runner } = event.data;
      const attributes = { 'nightshift.changeset': hash, 'nightshift.proof.runner': runner, ...written };
      return { place: 'proof', within: [], name: 'nightshift.proof', goesBack: 'proved_run', attributes };
    }
    case 'apply-intended': {
      const { key, hash, writes, placement } = event.data;
      const attributes = { 'nightshift.changeset': hash, 'nightshift.files': placement?.paths.length ?? writes.length };
      return { place: `apply ${key}`, within: [], name: 'nightshift.apply', attributes };
    }
    default:
      return undefined;
  }
}

/** The span that an event ends, and what it says of the end. */
export function closingOf(
  event: TraceEvent,
  { names, content }: SpanContext,
): { readonly place: SpanPlace; readonly end: SpanEnd } | undefined {
  const written = content ? contentOf(event) : {};
  const failure = (code: string, message?: string): SpanEnd => spanFailure(code, message, content);
  switch (event.type) {
    case 'run-ended': {
      const { run, outcome, reason } = event.data;
      const end = outcome === 'finished' ? {} : failure(reason?.code ?? outcome, reason?.message);
      return { place: `run ${run}`, end: { ...end, attributes: { 'nightshift.run.outcome': outcome, ...written } } };
    }
    case 'model-answered':
      return { place: 'chat', end: { attributes: { ...chatEnd(event.data, names), ...written } } };
    case 'model-failed':
      return { place: 'chat', end: failure(event.data.reason.code, event.data.reason.message) };
    case 'tool-returned': {
      const { call, ok, output, reason } = event.data;
      return {
        place: `call ${call}`,
        end: { ...(ok ? {} : failure(reason ?? '_OTHER', output)), attributes: written },
      };
    }
    case 'sandbox-ended':
      return { place: `box ${event.data.sandbox}`, end: { attributes: written } };
    case 'proof-ended':
      return { place: 'proof', end: { attributes: { ...proofEnd(event.data), ...written } } };
    case 'apply-ended': {
      const { key, applied, conflicts } = event.data;
      const attributes = { 'nightshift.files.applied': applied.length, 'nightshift.files.conflicts': conflicts.length };
      return { place: `apply ${key}`, end: { ...(conflicts.length === 0 ? {} : failure('conflict')), attributes } };
    }
    default:
      return undefined;
  }
}

/** The code is a word of a small set; the message is content. */
export function spanFailure(code: string, message: string | undefined, content: boolean): SpanEnd {
  return { errorType: code, failureText: content ? message : undefined };
}

function genAi(operation: string, { task, names }: SpanContext): Attributes {
  return {
    'gen_ai.operation.name': operation,
    'gen_ai.provider.name': names.provider,
    'gen_ai.conversation.id': task,
  };
}
