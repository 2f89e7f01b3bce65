import { defaultLimits, type Limits, totalPerNewToken } from '../core/guards/limits.ts';
import { contextFor, type MachineMemory } from '../core/models/memoryNeed.ts';
import type { Origin } from '../core/tasks/task.ts';
import type { TraceEntry } from '../core/trace/traceEvent.ts';
import type { HostParams } from '../protocol/host.ts';
import { memoryOf } from './models/modelSettings.ts';
import type { TaskModels } from './models/roleModels.ts';

/** The first event of a task: the user's settings and limits, fixed from here on. */
export function taskCreation(
  task: string,
  params: HostParams<'createTask'>,
  { common: model, roles, implementer }: TaskModels,
  host: {
    readonly workspace: string;
    readonly product: string;
    readonly policy: string;
    readonly machine: MachineMemory;
  },
): TraceEntry & { readonly type: 'task-created' } {
  const { settings } = params;
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
        contextTokens: contextFor(
          implementer,
          settings.contextTokens,
          memoryOf(implementer.id.driver, settings, host.machine),
        ),
        requireGvisor: settings.requireGvisor ?? false,
        ...(settings.allowUnlimited === true ? { allowUnlimited: true } : {}),
        ...(settings.ollamaHost === undefined ? {} : { ollamaHost: settings.ollamaHost }),
        ...(settings.openaiBaseUrl === undefined ? {} : { openaiBaseUrl: settings.openaiBaseUrl }),
        ...(settings.testCommand === undefined ? {} : { testCommand: settings.testCommand }),
        ...(settings.plan === undefined ? {} : { plan: settings.plan }),
        ...(settings.recall === undefined ? {} : { recall: settings.recall }),
        ...(Object.keys(roles).length === 0 ? {} : { models: roles }),
      },
      workspace: host.workspace,
      product: host.product,
      policy: host.policy,
      ...(model.digest === undefined ? {} : { modelDigest: model.digest }),
      ...(implementer.grade === undefined ? {} : { grade: implementer.grade }),
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
