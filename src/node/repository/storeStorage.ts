import { readdir, stat } from 'node:fs/promises';
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

export interface StoreUse {
  /** For a task that is known here; what belongs to no known task stays. */
  readonly standing: (task: string) => (TaskStanding & { readonly at: number }) | undefined;
  /** No task is at work. One that begins later finds `keeping` taken before it writes its first object. */
  readonly idle: () => boolean;
}

/**
 * The trees that tasks keep in the store, and objects that none of them needs. Objects go only while no task is at work: one that
 * is may just have found an object there that it was about to write, and name it next.
 */
export function storeStorage(store: GitStore, { standing, idle }: StoreUse): StorageSource {
  /** What the items that were removed said they would give back. */
  let promised = 0;

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

  /** Loose objects that no kept tree reaches, and those that are in a pack as well, as one item. */
  async function looseItem(signal: AbortSignal): Promise<Result<readonly StoredItem[], RepositoryFailure>> {
    const unneeded = await ask(signal, 'prune', '--dry-run', `--expire=${youngest}`);
    const doubled = unneeded.ok ? await ask(signal, 'prune-packed', '--dry-run') : unneeded;
    if (!unneeded.ok) {
      return unneeded;
    }
    if (!doubled.ok) {
      return doubled;
    }
    const ids = [
      ...unneeded.value.split('\n').flatMap((line) => line.split(' ')[0] ?? []),
      ...doubled.value.split('\n').map((line) => line.split('/').slice(-2).join('')),
    ].filter(isObjectId);
    const files = new Set(ids.map((id) => join(store.directory, 'objects', id.slice(0, 2), id.slice(2))));
    const bytes = await sizeOf(files);
    const name = files.size === 1 ? '1 object' : `${files.size} objects`;
    const item: StoredItem = { class: 'loose-object', id: 'loose', name, count: files.size, bytes, usedAt: 0 };
    return ok(files.size === 0 ? [] : [item]);
  }

  async function dropNames(task: string, signal: AbortSignal): Promise<Result<void, Failure>> {
    const kept = await keptTrees(signal);
    if (!kept.ok) {
      return kept;
    }
    const { ended, hasWork } = standing(task) ?? { ended: 'unknown', hasWork: true };
    if (ended !== 'over' && (ended !== 'stopped' || hasWork)) {
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
   * Writes what is still named into one pack, copies of the user's objects included, and lets the rest go. Answers the bytes that
   * it gave back beyond what the removed items had said.
   */
  async function repack(signal: AbortSignal): Promise<Result<number, Failure>> {
    const said = promised;
    promised = 0;
    if (!idle()) {
      return ok(-said);
    }
    const before = await objectBytes();
    const packed = await ask(signal, 'repack', '-q', '-A', '-d', `--unpack-unreachable=${youngest}`);
    const pruned = packed.ok ? await ask(signal, 'prune', `--expire=${youngest}`) : packed;
    return pruned.ok ? ok(before - (await objectBytes()) - said) : pruned;
  }

  async function objectBytes(): Promise<number> {
    const folder = join(store.directory, 'objects');
    const names = await readdir(folder, { recursive: true, withFileTypes: true });
    return sizeOf(names.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : [])));
  }

  return {
    classes: ['task-tree', 'loose-object'],
    list: (signal) =>
      store.keeping.run(async () => {
        if (!idle()) {
          return fail(failure('busy', 'Trees of tasks are left alone while tasks are at work; clean up again later.'));
        }
        const trees = await treeItems(signal);
        const loose = trees.ok ? await looseItem(signal) : trees;
        return trees.ok && loose.ok ? ok([...trees.value, ...loose.value]) : trees.ok ? loose : trees;
      }),
    async remove(item, signal) {
      const dropped =
        item.class === 'task-tree' ? await store.keeping.run(() => dropNames(item.id, signal)) : ok(undefined);
      promised += dropped.ok ? item.bytes : 0;
      return dropped;
    },
    finish: (signal) => store.keeping.run(() => repack(signal)),
  };
}

/** What goes meanwhile counts nothing. */
async function sizeOf(files: Iterable<string>): Promise<number> {
  let bytes = 0;
  for (const file of files) {
    bytes += await stat(file).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return bytes;
}
