import type { TraceEvent, TraceEventData } from '../traceEvent.ts';
import type { Attributes } from './span.ts';

/**
 * What spans say, by the GenAI semantic conventions where those have a name and under `nightshift.` where they have none. Without
 * content there are only names of our own, numbers, hashes and codes here: nothing that a user, a model, a tool or a repository wrote.
 */

/** The conventions that the names are from; their GenAI part still says "development". */
export const schemaUrl = 'https://opentelemetry.io/schemas/1.37.0';
/** Grows when spans, their names or their attributes change their meaning. */
export const mappingVersion = '1.0.0';

/** What spans tell of a task's model. */
export interface ModelNames {
  readonly provider: string;
  readonly model: string;
}

/** A recording is named by its file's name: where it lies is nobody's business. */
export function modelNames({ driver, name }: TraceEventData<'task-created'>['model']): ModelNames {
  return { provider: driver, model: driver === 'replay' ? name.replace(/^.*[/\\]/, '') : name };
}

export function taskAttributes(data: TraceEventData<'task-created'>): Attributes {
  return {
    'nightshift.origin': data.origin.kind,
    'nightshift.replay': data.replay,
    'nightshift.limit.new_tokens': data.limits.newTokens,
    'nightshift.limit.steps': data.limits.steps,
    'nightshift.limit.seconds': data.limits.seconds,
  };
}

export function chatEnd(data: TraceEventData<'model-answered'>, { model }: ModelNames): Attributes {
  return {
    'gen_ai.response.model': model,
    'gen_ai.response.finish_reasons': [data.finish === 'calls' ? 'tool_call' : data.finish],
    'gen_ai.usage.input_tokens': data.promptTokens,
    'gen_ai.usage.output_tokens': data.outputTokens,
    'nightshift.usage.new_tokens': data.newTokens,
    'nightshift.usage.counted_by_server': data.counted,
    'nightshift.context_truncated': data.truncated,
    'nightshift.served_window': data.window,
  };
}

export function boxAttributes(data: TraceEventData<'sandbox-started'>): Attributes {
  return {
    'nightshift.sandbox.id': data.sandbox,
    'nightshift.sandbox.profile': data.profile,
    'nightshift.sandbox.runtime': data.runtime,
    'nightshift.sandbox.isolated_kernel': data.isolatedKernel,
    'nightshift.sandbox.image': data.image,
    'nightshift.sandbox.spec_hash': data.specHash,
    'nightshift.sandbox.start_ms': Math.max(0, Math.round(data.startMs)),
  };
}

export function proofEnd({ hash, proof }: TraceEventData<'proof-ended'>): Attributes {
  const { base, patched } = proof;
  return {
    'nightshift.changeset': hash,
    'nightshift.proof.verdict': proof.verdict,
    'nightshift.proof.runner': proof.runner,
    'nightshift.sandbox.runtime': proof.runtime,
    'nightshift.proof.base.passed': base.passed,
    'nightshift.proof.base.failed': base.failed,
    'nightshift.proof.base.total': base.total,
    'nightshift.proof.patched.passed': patched.passed,
    'nightshift.proof.patched.failed': patched.failed,
    'nightshift.proof.patched.total': patched.total,
  };
}

/** Of an event that opens and ends no span. One that is not listed says when it was, and nothing else. */
export function eventAttributes(event: TraceEvent): Attributes {
  return { 'nightshift.seq': event.seq, 'nightshift.actor': event.actor, ...ownAttributes(event) };
}

function ownAttributes(event: TraceEvent): Attributes {
  switch (event.type) {
    case 'task-moved':
      return {
        'nightshift.move': event.data.move,
        'nightshift.state': event.data.to,
        'nightshift.reason': event.data.reason?.code,
      };
    case 'move-refused':
      return { 'nightshift.move': event.data.move, 'nightshift.state': event.data.from };
    case 'trial-ended':
      return {
        'nightshift.model.level': event.data.result?.grade.level,
        'nightshift.model.tools': event.data.result?.grade.tools,
        'nightshift.reason': event.data.reason?.code,
      };
    case 'snapshot-taken':
      return {
        'nightshift.tree': event.data.tree,
        'nightshift.files': event.data.files,
        'nightshift.bytes': event.data.bytes,
        'nightshift.files.uncommitted': event.data.uncommitted,
        'nightshift.files.excluded': event.data.excluded.length,
      };
    case 'call-refused':
      return { 'nightshift.step': event.data.step, 'nightshift.reason': event.data.reason.code };
    case 'tool-closed':
      return { 'gen_ai.tool.name': event.data.tool, 'nightshift.failures': event.data.failures };
    case 'memory-recalled':
      return {
        'nightshift.recall.purpose': event.data.purpose,
        'nightshift.recall.sources': event.data.sources.length,
        'nightshift.recall.ms': Math.round(event.data.milliseconds),
        'nightshift.reason': event.data.reason?.code,
      };
    case 'plan-made':
      return { 'nightshift.plan.steps': event.data.steps.length, 'nightshift.reason': event.data.reason?.code };
    case 'notice-given':
      return { 'nightshift.step': event.data.step, 'nightshift.guard': event.data.guard };
    case 'guard-tripped':
      return {
        'nightshift.step': event.data.step,
        'nightshift.guard': event.data.guard,
        'nightshift.reason': event.data.reason.code,
      };
    case 'checkpoint-saved':
      return {
        'nightshift.step': event.data.step,
        'nightshift.tree': event.data.tree,
        'nightshift.changes': event.data.changes,
      };
    case 'changeset-imported':
      return {
        'nightshift.changeset': event.data.changeset.hash,
        'nightshift.files': event.data.changeset.files.length,
      };
    case 'policy-judged':
      return {
        'nightshift.changeset': event.data.hash,
        'nightshift.files.refused': event.data.judgement.refused.length,
        'nightshift.files.protected': event.data.judgement.protected.length,
      };
    case 'proof-ended':
      return proofEnd(event.data);
    case 'vote-cast':
      return {
        'gen_ai.agent.name': event.data.agent,
        'nightshift.vote': event.data.vote,
        'nightshift.changeset': event.data.hash,
      };
    case 'journal-recovered':
      return { 'nightshift.bytes': event.data.bytes };
    default:
      return {};
  }
}
