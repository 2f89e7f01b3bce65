import { t } from '@vscode/l10n';
import { failure } from '../../base/failure.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import { machineParts } from '../doctor/machineParts.ts';
import { begin, missingForTasks } from '../tasks/startTask.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { sampleGoal, sampleState } from './sample.ts';

/** Has an agent fix the sample. Without a model a recording may answer, which the person is asked about first. Answers the task's id. */
export const delegateSample: Command = async (context) => {
  const missing = missingForTasks(context.window);
  if (missing !== undefined) {
    showFailure(context, missing, 'warning');
    return undefined;
  }
  const root = await sampleRoot(context);
  if (root === undefined) {
    showFailure(
      context,
      failure('no-sample', t('No open folder is the sample: make one with Try on a Sample….')),
      'warning',
    );
    return undefined;
  }
  const chosen = await chooseModel(context);
  if (chosen === undefined) {
    return undefined;
  }
  const id = await begin(chosen, root, sampleGoal, { kind: 'command' });
  if (id !== undefined) {
    await context.window.run('nightshift.tasks.focus');
  }
  return id;
};

async function sampleRoot({ window }: CommandContext): Promise<string | undefined> {
  for (const folder of window.folders()) {
    if ((await sampleState(folder)) !== undefined) {
      return folder;
    }
  }
  return undefined;
}

/** The context with the model to take; undefined when the person turned away. */
async function chooseModel(context: CommandContext): Promise<CommandContext | undefined> {
  const looked = await context.dialogue.withProgress(t('Nightshift looks for a model'), (signal) =>
    context.lookBriefly(signal),
  );
  const { model: current, settings } = context.settings();
  if (!looked.ok || machineParts(looked.value, current).model !== 'missing') {
    return context;
  }
  const way = await context.dialogue.choose(t('No model is there that can work'), [
    { label: t('Select Model…'), description: t('what fits this machine, fetched with progress'), value: 'select' },
    {
      label: t('Play a Recording'),
      description: t('the answers are recorded; sandbox, tools, patch and proof are real'),
      value: 'recording',
    },
  ]);
  if (way === 'select') {
    await context.window.run('nightshift.selectModel');
  }
  if (way !== 'recording') {
    return undefined;
  }
  const { models: _, ...rest } = settings;
  return {
    ...context,
    settings: () => ({ model: `replay:${context.sample.recording}`, settings: { ...rest, plan: 'never' } }),
  };
}
