import { createHash } from 'node:crypto';
import { failure } from '../../src/base/failure.ts';
import { fail, ok, type Result } from '../../src/base/result.ts';
import { type ChangedFile, type Changeset } from '../../src/core/changes/changeset.ts';
import { changesetHash } from '../../src/core/changes/changesetHash.ts';
import { judgeChanges, type PolicyJudgement } from '../../src/core/policy/pathPolicy.ts';
import { TreePaths } from '../../src/core/policy/treePaths.ts';
import type {
  ImportedTree,
  IncomingChange,
  RepositoryFailure,
  Snapshot,
  TreeStore,
} from '../../src/core/repository/repository.ts';
import type { TreeFile } from '../../src/core/sandbox/sandbox.ts';

type Tree = ReadonlyMap<string, TreeFile>;

const sha = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Trees in memory, named by their content; policy is the real one. */
export class MemoryTreeStore implements TreeStore {
  readonly kept = new Map<string, string>();
  private readonly trees = new Map<string, Tree>();
  private readonly base: string;

  constructor(files: Readonly<Record<string, string>>) {
    const encoder = new TextEncoder();
    this.base = this.put(
      new Map(
        Object.entries(files).map(([path, text]) => [
          path,
          { path, mode: '100644' as const, bytes: encoder.encode(text) },
        ]),
      ),
    );
  }

  async snapshot(): Promise<Result<Snapshot, RepositoryFailure>> {
    const tree = this.tree(this.base);
    const bytes = [...tree.values()].reduce((sum, file) => sum + file.bytes.length, 0);
    return ok({ tree: this.base, head: null, branch: 'main', files: tree.size, bytes, uncommitted: 0, excluded: [] });
  }

  async paths(tree: string): Promise<Result<readonly string[], RepositoryFailure>> {
    return ok([...this.tree(tree).keys()].sort());
  }

  async *files(tree: string): AsyncGenerator<TreeFile> {
    yield* this.tree(tree).values();
  }

  async importChanges(
    tree: string,
    changes: readonly IncomingChange[],
  ): Promise<Result<ImportedTree, RepositoryFailure>> {
    const before = this.tree(tree);
    const judged = changes.map((change) => ({
      ...change,
      previousMode: before.get(change.path)?.mode ?? null,
      previousBytes: before.get(change.path)?.bytes ?? null,
    }));
    const { accepted, judgement } = judgeChanges(judged, new TreePaths(before.keys()));
    const after = new Map(before);
    for (const { path, bytes, mode } of accepted) {
      if (bytes === null) {
        after.delete(path);
      } else {
        after.set(path, { path, mode: mode === '100755' ? '100755' : '100644', bytes });
      }
    }
    return ok({ tree: this.put(after), judgement });
  }

  async changeset(baseTree: string, resultTree: string): Promise<Result<Changeset, RepositoryFailure>> {
    const base = this.tree(baseTree);
    const result = this.tree(resultTree);
    const paths = [...new Set([...base.keys(), ...result.keys()])].sort();
    const files = withRenames(paths.flatMap((path) => changedFile(path, base.get(path), result.get(path))));
    return ok({ hash: changesetHash(baseTree, resultTree, sha), baseTree, resultTree, files });
  }

  async judge(baseTree: string, resultTree: string): Promise<Result<PolicyJudgement, RepositoryFailure>> {
    const base = this.tree(baseTree);
    const result = this.tree(resultTree);
    const paths = [...new Set([...base.keys(), ...result.keys()])].filter(
      (path) => base.get(path) !== result.get(path),
    );
    const changes = paths.map((path) => ({
      path,
      op: result.has(path) ? ('write' as const) : ('delete' as const),
      mode: result.get(path)?.mode ?? null,
      previousMode: base.get(path)?.mode ?? null,
      bytes: result.get(path)?.bytes ?? null,
      previousBytes: base.get(path)?.bytes ?? null,
    }));
    return ok(judgeChanges(changes, new TreePaths(base.keys())).judgement);
  }

  async patch(): Promise<Result<string, RepositoryFailure>> {
    return fail(failure('git-failed', 'The store in memory makes no patches.'));
  }

  async read(tree: string, path: string): Promise<Result<Uint8Array | null, RepositoryFailure>> {
    return ok(this.tree(tree).get(path)?.bytes ?? null);
  }

  async keep(name: string, tree: string): Promise<Result<void, RepositoryFailure>> {
    this.kept.set(name, tree);
    return ok(undefined);
  }

  private tree(name: string): Tree {
    return this.trees.get(name) ?? new Map();
  }

  private put(files: Tree): string {
    const name = sha(
      [...files.values()]
        .map((file) => `${file.mode} ${file.path} ${sha(file.bytes)}`)
        .sort()
        .join('\n'),
    );
    this.trees.set(name, files);
    return name;
  }
}

/** Of files that moved without another change. */
function withRenames(files: readonly ChangedFile[]): ChangedFile[] {
  return files.map((file) => {
    const from = files.find(({ base, result }) => result === null && base === file.result);
    return file.base === null && from !== undefined ? { ...file, renamedFrom: from.path } : file;
  });
}

/** Lines are counted as whole files: exact counts are the real store's business. */
function changedFile(path: string, base: TreeFile | undefined, result: TreeFile | undefined): ChangedFile[] {
  if (
    base !== undefined &&
    result !== undefined &&
    sha(base.bytes) === sha(result.bytes) &&
    base.mode === result.mode
  ) {
    return [];
  }
  return [
    {
      path,
      status: base === undefined ? 'added' : result === undefined ? 'deleted' : 'modified',
      additions: lines(result),
      deletions: lines(base),
      binary: false,
      base: base === undefined ? null : sha(base.bytes),
      result: result === undefined ? null : sha(result.bytes),
      baseMode: base?.mode ?? null,
      resultMode: result?.mode ?? null,
    },
  ];
}

function lines(file: TreeFile | undefined): number {
  return file === undefined ? 0 : new TextDecoder().decode(file.bytes).split('\n').length - 1;
}
