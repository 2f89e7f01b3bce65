import type { TaskReference } from '../host/taskHost.ts';
import { taskTitle } from '../tasks/taskText.ts';
import { parseSide } from './sideAddress.ts';

const titleLength = 40;

/** Title of the tab that shows all changes of a task; unique by the task's id, since the editor lends no other mark for such a tab. */
export function reviewTitle({ task }: TaskReference): string {
  return `${taskTitle(task, titleLength)} (${task.id})`;
}

/** The task that a tab shows, by the address in it or by its title (to which the editor may add the number of files). */
export function reviewedTask(
  tasks: readonly TaskReference[],
  tab: { readonly title: string; readonly address?: string },
): TaskReference | undefined {
  const side = tab.address === undefined ? undefined : parseAddress(tab.address);
  return side === undefined
    ? tasks.find((reference) => tab.title.startsWith(reviewTitle(reference)))
    : tasks.find(({ root, task }) => root === side.root && task.id === side.task);
}

export function parseAddress(address: string): ReturnType<typeof parseSide> {
  const match = /^([a-z]+):([^?#]*)\??(.*)$/.exec(address);
  if (match === null) {
    return undefined;
  }
  const [, scheme = '', path = '', query = ''] = match;
  return parseSide({ scheme, path: decodeURIComponent(path), query: decodeURIComponent(query) });
}
