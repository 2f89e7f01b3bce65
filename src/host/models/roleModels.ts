import type { Failure } from '../../base/failure.ts';
import { ok, type Result } from '../../base/result.ts';
import type { ModelId } from '../../core/models/languageModel.ts';
import { formatModelId } from '../../core/models/modelId.ts';
import type { RoleName } from '../../core/models/roleName.ts';
import type { HostParams, TaskSettings } from '../../protocol/host.ts';
import { type ChosenModel, chooseModel, type ModelChoice } from '../modelChoice.ts';

export interface TaskModels {
  /** Of every role that has none of its own. */
  readonly common: ChosenModel;
  /** Of roles that have one of their own, which is another. */
  readonly roles: Partial<Record<RoleName, ModelId>>;
  /** Of the role that changes files. */
  readonly implementer: ChosenModel;
}

/** The roles that ask a model in such a task: who works, and who plans where there may be a plan (see `wantsPlan`). */
function rolesAtWork({ models, plan }: TaskSettings): readonly RoleName[] {
  const plans = plan === 'always' || (plan !== 'never' && models?.supervisor !== undefined);
  return plans ? ['supervisor', 'implementer'] : ['implementer'];
}

/** Asks every model that a task is to use whether it is there, each once. The first failure is the answer. */
export async function chooseTaskModels(
  { model, settings }: Pick<HostParams<'createTask'>, 'model' | 'settings'>,
  choice: ModelChoice,
  signal: AbortSignal,
): Promise<Result<TaskModels, Failure>> {
  const common = await chooseModel(model, choice, signal);
  if (!common.ok) {
    return common;
  }
  const asked = new Map([[model, common.value]]);
  const roles: Partial<Record<RoleName, ModelId>> = {};
  for (const role of rolesAtWork(settings)) {
    const text = settings.models?.[role] ?? model;
    const chosen = asked.has(text) ? undefined : await chooseModel(text, choice, signal);
    if (chosen?.ok === false) {
      return chosen;
    }
    if (chosen !== undefined) {
      asked.set(text, chosen.value);
    }
    const { id } = asked.get(text) ?? common.value;
    if (formatModelId(id) !== formatModelId(common.value.id)) {
      roles[role] = id;
    }
  }
  const implementer = asked.get(settings.models?.implementer ?? model) ?? common.value;
  return ok({ common: common.value, roles, implementer });
}
