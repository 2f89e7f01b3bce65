import { defaultLimits, type Limits, totalPerNewToken } from '../core/guards/limits.ts';
import type { ModelInfo } from '../core/models/languageModel.ts';
import type { Origin } from '../core/tasks/task.ts';
import type { TraceEntry } from '../core/trace/traceEvent.ts';
import type { HostParams } from '../protocol/host.ts';

/** Tokens asked for when neither the user nor the model says: enough for a task, small enough for 8 GB of memory. */
const defaultContextTokens = 16_384;

/** The first event of a task: the user's settings and limits, fixed from here on. */
export function taskCreation(
  task: string,
  params: HostParams<'createTask'>,
  model: ModelInfo,
  host: { readonly workspace: string; readonly product: string; readonly policy: string },
): TraceEntry & { readonly type: 'task-created' } {
  const { settings } = params;
  const wanted = settings.contextTokens ?? defaultContextTokens;
  return {
    type: 'task-created',
    actor: 'user',
    data: {
      task,
      goal: params.goal.trim(),
      origin: withoutUndefined(params.origin),
      model: { ...model.id },
      replay: model.replay,
      limits: limitsOf(settings.limits ?? {}),
      settings: {
        contextTokens: Math.min(wanted, model.contextTokens ?? wanted),
        requireGvisor: settings.requireGvisor ?? false,
        ...(settings.allowUnlimited === true ? { allowUnlimited: true } : {}),
        ...(settings.ollamaHost === undefined ? {} : { ollamaHost: settings.ollamaHost }),
        ...(settings.testCommand === undefined ? {} : { testCommand: settings.testCommand }),
      },
      workspace: host.workspace,
      product: host.product,
      policy: host.policy,
      ...(model.digest === undefined ? {} : { modelDigest: model.digest }),
    },
  };
}

function limitsOf(given: NonNullable<HostParams<'createTask'>['settings']['limits']>): Limits {
  return {
    ...defaultLimits,
    ...(given.newTokens === undefined
      ? {}
      : { newTokens: given.newTokens, totalTokens: given.newTokens * totalPerNewToken }),
    ...(given.steps === undefined ? {} : { steps: given.steps }),
    ...(given.seconds === undefined ? {} : { seconds: given.seconds, commandTotalSeconds: given.seconds }),
  };
}

function withoutUndefined(origin: HostParams<'createTask'>['origin']): Origin {
  return {
    kind: origin.kind,
    ...(origin.file === undefined ? {} : { file: origin.file }),
    ...(origin.startLine === undefined ? {} : { startLine: origin.startLine }),
    ...(origin.endLine === undefined ? {} : { endLine: origin.endLine }),
    ...(origin.text === undefined ? {} : { text: origin.text }),
  };
}
