import { t } from '@vscode/l10n';
import { counted } from '../../base/counted.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import { note, showFailure } from '../tasks/showFailure.ts';
import { repositoryFor } from '../tasks/startTask.ts';
import { patiently } from '../window/patiently.ts';

/** Takes over the results of a SARIF file, one that is chosen unless the caller names one. Answers how many. */
export const importFindings: Command = async (context, argument) => {
  const root = await repositoryHere(context);
  if (root === undefined) {
    return undefined;
  }
  const file = typeof argument === 'string' ? argument : await context.dialogue.askFile(t('Import Findings'), 'sarif');
  if (file === undefined) {
    return undefined;
  }
  const answer = await patiently(context.dialogue, t('Importing findings'), (signal) =>
    context.hosts.of(root).request('importFindings', { file }, signal),
  );
  if (!answer.ok) {
    showFailure(context, answer.error);
    return undefined;
  }
  const { imported, elsewhere } = answer.value;
  const left = elsewhere === 0 ? '' : t`, ${counted(elsewhere, 'result')} about no file of this repository left out`;
  note(context, 'information', t`${counted(imported, 'finding')} imported${left}.`, {
    'Show Problems': () => context.window.run('workbench.actions.view.problems'),
  });
  return imported;
};

/** Writes all findings to a SARIF file. Answers its path. */
export const exportFindings: Command = async (context, argument) => {
  const root = await repositoryHere(context);
  if (root === undefined) {
    return undefined;
  }
  const answer = await patiently(context.dialogue, t('Exporting findings'), (signal) =>
    context.hosts.of(root).request('exportFindings', {}, signal),
  );
  if (!answer.ok) {
    showFailure(context, answer.error);
    return undefined;
  }
  const file =
    typeof argument === 'string'
      ? argument
      : await context.dialogue.askFile(t('Export Findings'), 'sarif', `${root}/findings.sarif`);
  if (file === undefined) {
    return undefined;
  }
  const problem = await context.window.write(file, answer.value.sarif);
  if (problem !== undefined) {
    showFailure(context, { reason: 'unwritable', message: t`${file} cannot be written: ${problem}` });
    return undefined;
  }
  context.dialogue.mention(t('Findings exported.'));
  return file;
};

/** The repository of the file on screen, else of the first folder. */
async function repositoryHere(context: CommandContext): Promise<string | undefined> {
  const [folder = ''] = context.window.folders();
  const shown = context.window.activeCode()?.path;
  const here = shown === undefined ? undefined : await repositoryFor(context, shown);
  const root = here?.ok === true ? here : await repositoryFor(context, folder);
  if (!root.ok) {
    showFailure(context, root.error);
    return undefined;
  }
  return root.value;
}
