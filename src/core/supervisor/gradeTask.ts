import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ModelId } from '../models/languageModel.ts';
import { formatModelId } from '../models/modelId.ts';
import type { Trial } from '../models/trial/trialJudgement.ts';
import type { Assignment } from './supervisorPorts.ts';

/**
 * Sees to it that the task has a grade of its model, where nobody knew it when the task was made: once, and with what came of it in
 * the trace. Only a model that was found unfit ends the task; one that could not be asked will tell so when it is at work.
 */
export async function gradeTask({ ports, trace, signal }: Assignment): Promise<Result<void, Failure>> {
  const task = trace.task();
  if (ports.gradeModel === undefined || task.grade !== undefined || task.replay) {
    return ok(undefined);
  }
  const model = { ...(task.settings.models?.implementer ?? task.model) };
  const graded = await ports.gradeModel(task, {
    signal,
    onStart: async () => void (await trace.record({ type: 'trial-started', actor: 'host', data: { model } })),
  });
  if (signal.aborted || (graded.ok && graded.value === undefined)) {
    return ok(undefined);
  }
  const data = graded.ok
    ? { model, ...(graded.value === undefined ? {} : { result: graded.value }) }
    : { model, reason: { code: graded.error.reason, message: graded.error.message } };
  await trace.record({ type: 'trial-ended', actor: 'host', data });
  return graded.ok && graded.value?.grade.level === 'unfit' ? fail(unfitModel(model, graded.value)) : ok(undefined);
}

/** What a task says that nobody works on, because its model cannot. */
export function unfitModel(
  model: ModelId,
  { words, findings }: Pick<Trial, 'words' | 'findings'>,
): Failure<'model-unfit'> {
  const why = words.replace(/^unfit: /, '');
  const id = formatModelId(model);
  // What was not even asked would be found again.
  const again = findings.length === 0 ? '' : `, or try it again with \`nightshift models probe ${id}\``;
  return failure(
    'model-unfit',
    `The model ${id} is not fit for this work: ${why.replace(/\.$/, '')}. Choose another, for example ollama:qwen3:8b${again}.`,
  );
}
