import { t } from '@vscode/l10n';
import { errorText, failure } from '../../base/failure.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import { showFailure } from '../tasks/showFailure.ts';
import type { PickGroup } from '../window/dialogue.ts';
import { freeName, makeSample } from './sample.ts';

interface Place {
  readonly window: 'new' | 'this';
  readonly where: 'own' | 'chosen';
}

/** Makes a small repository in which one test fails, and opens it; there one click has an agent fix it. Answers its folder. */
export const trySample: Command = async (context) => {
  const picked = await context.dialogue.pick(
    t('Try on a Sample'),
    t('A small repository is made in which one test fails, for an agent to fix'),
    places(context.window.folders().length === 0),
  );
  if (picked === undefined) {
    return undefined;
  }
  const { window, where } = picked.value;
  const parent =
    where === 'own' ? context.sample.home : await context.dialogue.askFolder(t('Choose a Folder for the Sample'));
  if (parent === undefined) {
    return undefined;
  }
  const folder = await make(context, parent);
  if (folder !== undefined) {
    await context.openFolder(folder, window === 'new');
  }
  return folder;
};

/** An empty window is the place for it; another one has work in it. */
function places(isEmpty: boolean): readonly PickGroup<Place>[] {
  const row = (value: Place, label: string, description: string) => ({
    icon: value.where === 'chosen' ? 'folder-opened' : value.window === 'new' ? 'empty-window' : 'window',
    label,
    description,
    value,
  });
  const here = row(
    { window: 'this', where: 'own' },
    t('Open in This Window'),
    isEmpty ? '' : t('in place of what is open'),
  );
  const apart = row({ window: 'new', where: 'own' }, t('Open in New Window'), '');
  const window = isEmpty ? 'this' : 'new';
  const chosen = row({ window, where: 'chosen' }, t('Choose a Folder…'), t('else it lies in a folder of Nightshift'));
  return [{ label: '', items: [...(isEmpty ? [here, apart] : [apart, here]), chosen] }];
}

async function make(context: CommandContext, parent: string): Promise<string | undefined> {
  try {
    const folder = await freeName(parent, 'nightshift-sample');
    await makeSample(context.sample.project, folder);
    return folder;
  } catch (error) {
    const isGit = error instanceof Error && 'code' in error && error.code === 'ENOENT' && /git/.test(error.message);
    const message = isGit
      ? t('The sample is a git repository, and Git is not installed: install it first.')
      : t`The sample could not be made: ${errorText(error)}`;
    showFailure(context, failure(isGit ? 'git-missing' : 'internal', message));
    return undefined;
  }
}
