import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { RepositoryFailure } from '../../core/repository/repository.ts';
import type { StorageSource, StoredItem, TaskStanding } from '../../core/sandbox/housekeeping.ts';
import { isObjectId } from './gitOutput.ts';
import type { GitStore } from './gitStore.ts';
import { keptNamespace } from './keepTree.ts';

/** Objects younger than this stay whatever refers to them: work that is under way names its trees last. Git's own words. */
const youngest = '1.day.ago';
const packMs = 10 * 60_000;

interface KeptTree {
  readonly name: string;
  readonly task: string;
  readonly tree: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * The trees that tasks keep in the store, and objects that none of them needs. `standing` answers for a task that is known here;
 * what belongs to no known task stays.
 */
export function storeStorage(
  store: GitStore,
  standing: (task: string) => (TaskStanding & { readonly at: number }) | undefined,
): StorageSource {
  async function ask(signal: AbortSignal, ...words: string[]): Promise<Result<string, RepositoryFailure>> {
    const answered = await store.run({ arguments: words, deadlineMs: packMs }, signal);
    return answered.ok ? ok(answered.value.stdout.toString('latin1').trim()) : answered;
  }

  async function keptTrees(signal: AbortSignal): Promise<Result<readonly KeptTree[], RepositoryFailure>> {
    const listed = await ask(signal, 'for-each-ref', '--format=%(objectname) %(refname)', keptNamespace);
    if (!listed.ok) {
      return listed;
    }
    return ok(
      listed.value.split('\n').flatMap((line) => {
        const [tree = '', name = ''] = line.split(' ');
        const task = name.slice(keptNamespace.length).split('/')[0] ?? '';
        return isObjectId(tree) && task !== '' ? [{ name, task, tree, at: standing(task)?.at ?? Date.now() }] : [];
      }),
    );
  }

  async function treeItems(signal: AbortSignal): Promise<Result<readonly StoredItem[], RepositoryFailure>> {
    const kept = await keptTrees(signal);
    if (!kept.ok) {
      return kept;
    }
    const items: StoredItem[] = [];
    for (const task of new Set(kept.value.map((each) => each.task))) {
      const own = kept.value.filter((each) => each.task === task);
      const others = kept.value.filter((each) => each.task !== task).map((each) => `^${each.tree}`);
      const trees = own.map((each) => each.tree);
      const size = await ask(signal, 'rev-list', '--objects', '--disk-usage', ...new Set([...trees, ...others]));
      if (!size.ok) {
        return size;
      }
      const known = standing(task) ?? { ended: 'unknown' as const, hasWork: true };
      items.push({
        class: 'task-tree',
        id: task,
        name: `trees of ${task}`,
        bytes: Number(size.value) || 0,
        usedAt: Math.max(...own.map((each) => each.at)),
        task: known,
      });
    }
    return ok(items);
  }

  /** Loose objects that no kept tree reaches, as one item. */
  async function looseItem(signal: AbortSignal): Promise<Result<readonly StoredItem[], RepositoryFailure>> {
    const told = await ask(signal, 'prune', '--dry-run', `--expire=${youngest}`);
    if (!told.ok) {
      return told;
    }
    const ids = told.value
      .split('\n')
      .flatMap((line) => line.split(' ')[0] ?? [])
      .filter(isObjectId);
    let bytes = 0;
    for (const id of ids) {
      const file = join(store.directory, 'objects', id.slice(0, 2), id.slice(2));
      bytes += await stat(file).then(
        ({ size }) => size,
        () => 0,
      );
    }
    const name = ids.length === 1 ? '1 object' : `${ids.length} objects`;
    return ok(ids.length === 0 ? [] : [{ class: 'loose-object', id: 'loose', name, bytes, usedAt: 0 }]);
  }

  async function dropNames(task: string, signal: AbortSignal): Promise<Result<void, Failure>> {
    const kept = await keptTrees(signal);
    if (!kept.ok) {
      return kept;
    }
    const { ended, hasWork } = standing(task) ?? { ended: 'unknown', hasWork: true };
    if (ended !== 'over' && (ended !== 'failed' || hasWork)) {
      return fail(failure('in-use', 'its task is not over any more'));
    }
    const input = kept.value.flatMap((each) => (each.task === task ? [`delete ${each.name} ${each.tree}\n`] : []));
    const dropped = await store.run(
      { arguments: ['update-ref', '--stdin'], input: Buffer.from(input.join(''), 'latin1') },
      signal,
    );
    return dropped.ok ? ok(undefined) : dropped;
  }

  /**
   * Writes what is still named into one pack, copies of the user's objects included, and lets the rest go. Answers nothing beside
   * the items' own sizes: those said what goes.
   */
  async function repack(signal: AbortSignal): Promise<Result<number, Failure>> {
    const packed = await ask(signal, 'repack', '-q', '-A', '-d', `--unpack-unreachable=${youngest}`);
    const pruned = packed.ok ? await ask(signal, 'prune', `--expire=${youngest}`) : packed;
    return pruned.ok ? ok(0) : pruned;
  }

  return {
    classes: ['task-tree', 'loose-object'],
    list: (signal) =>
      store.keeping.run(async () => {
        const trees = await treeItems(signal);
        const loose = trees.ok ? await looseItem(signal) : trees;
        return trees.ok && loose.ok ? ok([...trees.value, ...loose.value]) : trees.ok ? loose : trees;
      }),
    remove: (item, signal) =>
      item.class === 'task-tree' ? store.keeping.run(() => dropNames(item.id, signal)) : Promise.resolve(ok(undefined)),
    finish: (signal) => store.keeping.run(() => repack(signal)),
  };
}
