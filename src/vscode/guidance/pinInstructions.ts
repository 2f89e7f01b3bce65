import { t } from '@vscode/l10n';
import { plainLine } from '../../base/plainText.ts';
import type { GuidanceView } from '../../protocol/host.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import { missingForTasks } from '../tasks/startTask.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { patiently } from '../window/patiently.ts';

const states: Readonly<Record<GuidanceView['status'], string>> = {
  pinned: 'pinned',
  unpinned: t('not pinned'),
  changed: t('changed since it was pinned'),
  gone: t('pinned, and no longer there'),
};

/** Shows what the repository says to agents, with check marks at what is the person's own word; answers how many pins changed. */
export const pinInstructions: Command = async (context) => {
  const missing = missingForTasks(context.window);
  if (missing !== undefined) {
    showFailure(context, missing);
    return undefined;
  }
  const root = await guidanceRoot(context);
  if (root === undefined) {
    return undefined;
  }
  const host = context.hosts.of(root);
  const never = new AbortController().signal;
  const shown = await patiently(context.dialogue, t('Looking for instructions'), (signal) =>
    host.request('guidance', {}, signal),
  );
  if (!shown.ok) {
    showFailure(context, shown.error);
    return undefined;
  }
  const { files } = shown.value;
  if (files.length === 0) {
    context.dialogue.mention(
      t('This repository says nothing to agents: there is no AGENTS.md or other file of that kind.'),
    );
    return 0;
  }
  const chosen = await context.dialogue.check(
    t('Instructions that agents take for your own word, until they change'),
    files.map((file) => ({
      label: plainLine(file.path, 200),
      description: `${states[file.status]}${file.about === '' ? '' : t` · for ${plainLine(file.about, 60)}`}`,
      value: file,
      checked: file.status === 'pinned',
    })),
    ({ path: file, status }) => void (status === 'gone' ? undefined : context.window.showFile(`${root}/${file}`)),
  );
  if (chosen === undefined) {
    return undefined;
  }
  const pinned = files.filter((file) => chosen.includes(file) && file.status !== 'pinned' && file.status !== 'gone');
  const unpinned = files.filter((file) => !chosen.includes(file) && file.status !== 'unpinned');
  for (const { path: file, sha256 } of pinned) {
    const kept = await host.request('pinGuidance', { path: file, sha256 }, never);
    if (!kept.ok) {
      showFailure(context, kept.error);
      return undefined;
    }
  }
  for (const { path: file } of unpinned) {
    const kept = await host.request('unpinGuidance', { path: file }, never);
    if (!kept.ok) {
      showFailure(context, kept.error);
      return undefined;
    }
  }
  const changes = pinned.length + unpinned.length;
  context.dialogue.mention(
    changes === 0 ? t('No pin changed.') : t`${pinned.length} pinned, ${unpinned.length} no longer.`,
  );
  return changes;
};

/** The repository of what the person looks at, else of the first folder; says so where there is none. */
export async function guidanceRoot(context: CommandContext): Promise<string | undefined> {
  const [first = ''] = context.window.folders();
  const path = context.window.activeCode()?.path ?? first;
  const root = (await context.repositoryOf(path)) ?? (await context.repositoryOf(first));
  if (root === undefined) {
    showFailure(context, {
      reason: 'not-a-repository',
      message: t('No git repository is open: open the folder of one.'),
    });
  }
  return root;
}
