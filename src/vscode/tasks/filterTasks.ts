import { t } from '@vscode/l10n';
import type { Command } from '../commands/command.ts';
import { kindOf, type TaskKind, taskKinds } from './taskFilter.ts';
import { count, taskDescription, taskTitle } from './taskText.ts';

const kindWords: Readonly<Record<TaskKind, string>> = {
  needsYou: t('Needs you'),
  working: t('At work'),
  failed: t('Failed'),
  done: t('Done'),
  archived: t('Archived'),
};

/** Narrows the Tasks view to some kinds of tasks; none checked shows all but the archive. */
export const filterTasks: Command = async ({ hosts, dialogue, taskFilter }) => {
  const tasks = hosts.tasks();
  const chosen = await dialogue.check(
    t('Show which tasks? None checked shows all but the archive'),
    taskKinds.map((kind) => ({
      label: kindWords[kind],
      description: count(tasks.filter(({ task }) => kindOf(task) === kind).length, 'task'),
      value: kind,
      checked: taskFilter.kinds.includes(kind),
    })),
  );
  if (chosen !== undefined) await taskFilter.set(chosen);
};

export const clearTaskFilter: Command = ({ taskFilter }) => taskFilter.set([]);

/** What stands beside the name of the view while it is narrowed; empty where it is not. */
export function filterText(kinds: readonly TaskKind[]): string {
  return kinds.map((kind) => kindWords[kind]).join(', ');
}

/** Finds a task by anything that is said of it, in the archive too, and opens its page. */
export const searchTasks: Command = async ({ hosts, dialogue, showTaskPage }) => {
  const tasks = hosts.tasks();
  if (tasks.length === 0) {
    dialogue.mention(t('No task is known in this window.'));
    return;
  }
  const groups = taskKinds.map((kind) => ({
    label: kindWords[kind],
    items: tasks
      .filter(({ task }) => kindOf(task) === kind)
      .map((reference) => ({
        icon: 'tasklist',
        label: taskTitle(reference.task),
        description: taskDescription(reference.task),
        detail: [
          reference.task.id,
          reference.task.model,
          ...(reference.task.changeset?.files ?? []).map(({ path }) => path),
        ].join(' · '),
        value: reference,
      })),
  }));
  const picked = await dialogue.pick(
    t('Search Tasks'),
    t('Words of the goal, a file, a model, a state'),
    groups.filter(({ items }) => items.length > 0),
  );
  if (picked !== undefined) await showTaskPage(picked.value.root, picked.value.task.id, false);
};
