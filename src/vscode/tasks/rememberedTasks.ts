import type { Disposable } from '../../base/lifecycle.ts';
import type { TaskHosts } from '../host/taskHosts.ts';
import { isActive } from './taskText.ts';

/** Where the window keeps a few words between its lives; the editor's own store fits. */
export interface Memory {
  get(key: string, fallback: readonly string[]): readonly string[];
  update(key: string, value: readonly string[]): PromiseLike<void>;
}

const key = 'nightshift.repositoriesWithOpenTasks';

/** The repositories in which tasks or findings were open when this window was last here: their hosts are worth looking for at once. */
export function rememberedRepositories(memory: Memory): readonly string[] {
  return memory.get(key, []);
}

/** Remembers which repositories have findings, or tasks that are at work or wait for the person. */
export function rememberOpenTasks(hosts: TaskHosts, memory: Memory): Disposable {
  return hosts.onDidChange(() => {
    const asked = hosts.all().filter(({ condition }) => condition.kind !== 'idle' && condition.kind !== 'connecting');
    const unasked = rememberedRepositories(memory).filter((root) => asked.every((host) => host.root !== root));
    const open = asked
      .filter(
        ({ tasks, findings }) =>
          (findings?.open ?? 0) > 0 ||
          tasks.some((task) => isActive(task) || task.state === 'ready' || task.state === 'waiting'),
      )
      .map(({ root }) => root);
    const present = [...unasked, ...open].sort();
    if (present.join('\n') !== rememberedRepositories(memory).join('\n')) {
      void memory.update(key, present);
    }
  });
}
