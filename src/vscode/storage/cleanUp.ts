import { t } from '@vscode/l10n';
import {
  formatBytes,
  type StorageClass,
  storageNames,
  type StorageReport,
  type StorageSum,
  storageSums,
} from '../../protocol/storage.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import { connectFolders } from '../tasks/refreshTasks.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { missingForTasks } from '../tasks/startTask.ts';

/** Days from which what nobody needs any more is offered. */
const olderThanDays = 14;
/** Names in the question; the rest is counted. */
const namedItems = 8;

/**
 * Shows what takes space, class by class with sizes, and removes what the person chose after a question that names it. What is
 * not merged, in use or of another host is never offered.
 */
export const cleanUp: Command = async (context) => {
  const missing = missingForTasks(context.window);
  if (missing !== undefined) {
    showFailure(context, missing, 'warning');
    return undefined;
  }
  const root = await chooseRepository(context);
  if (root === undefined) {
    return undefined;
  }
  const host = context.hosts.of(root);
  const found = await context.dialogue.withProgress(t('Nightshift looks at what takes space'), (signal) =>
    host.request('cleanUp', { apply: false, olderThanDays }, signal),
  );
  if (!found.ok) {
    showFailure(context, found.error);
    return undefined;
  }
  const chosen = await chooseClasses(context, found.value);
  if (chosen === undefined || !(await confirm(context, found.value, chosen))) {
    return undefined;
  }
  const done = await context.dialogue.withProgress(t('Nightshift cleans up'), (signal) =>
    host.request('cleanUp', { apply: true, olderThanDays, classes: [...chosen] }, signal),
  );
  if (!done.ok) {
    showFailure(context, done.error);
    return undefined;
  }
  const { problems, items, freedBytes } = done.value;
  const failed = items.find((item) => item.action === 'failed');
  const problem = problems[0] ?? (failed === undefined ? undefined : t`${failed.name} stayed: ${failed.why}`);
  if (problem === undefined) {
    context.dialogue.mention(t`Cleaned up: ${formatBytes(freedBytes)} freed.`);
  } else {
    showFailure(context, { reason: 'not-cleaned', message: problem }, 'warning');
  }
  return freedBytes;
};

async function chooseRepository(context: CommandContext): Promise<string | undefined> {
  await connectFolders(context);
  const roots = context.hosts.all().map((host) => host.root);
  if (roots.length === 0) {
    showFailure(context, { reason: 'not-a-repository', message: t('No open folder is a git repository.') }, 'warning');
  }
  return roots.length < 2
    ? roots[0]
    : context.dialogue.choose(
        t('Clean up for which repository?'),
        roots.map((root) => ({ label: root.slice(root.search(/[^\\/]*$/)), description: root, value: root })),
      );
}

async function chooseClasses(
  { dialogue }: CommandContext,
  { items, problems }: StorageReport,
): Promise<readonly StorageClass[] | undefined> {
  const sums = storageSums(items);
  const removable = sums.filter((sum) => sum.removableItems > 0);
  const kept = sums.reduce((total, sum) => total + sum.bytes - sum.removableBytes, 0);
  if (removable.length === 0) {
    dialogue.mention(t`Nothing to clean up: ${formatBytes(kept)} are in use.${problems[0] ? ` ${problems[0]}` : ''}`);
    return undefined;
  }
  const total = removable.reduce((sum, each) => sum + each.removableBytes, 0);
  return dialogue.choose(t('Clean up what?'), [
    {
      label: t('Everything that is no longer needed'),
      description: t`${formatBytes(total)}; ${formatBytes(kept)} stay`,
      value: removable.map((sum) => sum.class),
    },
    ...removable.map((sum) => ({
      label: capital(storageNames[sum.class]),
      description: sizes(sum),
      value: [sum.class],
    })),
  ]);
}

function confirm(
  { dialogue }: CommandContext,
  report: StorageReport,
  chosen: readonly StorageClass[],
): Promise<boolean> {
  const going = report.items.filter((item) => item.action === 'removable' && chosen.includes(item.class));
  const bytes = going.reduce((sum, item) => sum + item.bytes, 0);
  const names = going.slice(0, namedItems).map((item) => `${item.name} (${item.why})`);
  const more = going.length > namedItems ? t`, and ${going.length - namedItems} more` : '';
  return dialogue.confirm(
    t`Remove ${formatBytes(bytes)}?`,
    `${names.join('; ')}${more}. Changes that are not merged stay, and so do all traces.`,
    t('Remove'),
  );
}

function sizes({ items, bytes, removableItems, removableBytes }: StorageSum): string {
  return t`${formatBytes(removableBytes)} in ${removableItems} of ${items} (${formatBytes(bytes)} in all)`;
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
