import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Changeset } from '../../core/changes/changeset.ts';
import type { FilePart } from '../../core/changes/planFile.ts';
import type { HistoryFailure } from '../../core/repository/history.ts';
import type { ApplyConflict, BlobReader } from '../../core/repository/repository.ts';
import { placedEdits } from './placedEdits.ts';
import type { UserGit } from './userGit.ts';

export interface CommitBase {
  /** The parent; null for the first commit of all. */
  readonly head: string | null;
  /** Where an index of ours can be made. */
  readonly index: string;
  readonly message: string;
}

/**
 * Makes a commit of parts of a changeset over `head`, by the user's own name and address; nothing refers to it yet. No commit where
 * there are conflicts.
 */
export async function makeCommit(
  git: UserGit,
  store: BlobReader,
  wish: { readonly changeset: Changeset; readonly parts: readonly FilePart[] },
  { head, index, message }: CommitBase,
  signal: AbortSignal,
): Promise<Result<{ commit?: string; conflicts: readonly ApplyConflict[] }, HistoryFailure>> {
  const read = await git.run({ arguments: ['read-tree', head ?? '--empty'], index }, signal);
  if (!read.ok) {
    return read;
  }
  const planned = await placedEdits(git, store, wish, { index, where: 'the last commit' }, signal);
  if (!planned.ok) {
    return planned;
  }
  const { edits, conflicts } = planned.value;
  if (conflicts.length > 0) {
    return ok({ conflicts });
  }
  if (edits.length === 0) {
    return fail(
      failure('nothing-to-commit', 'The last commit has all of these changes already. Accept them as they are.'),
    );
  }
  const changed = await git.edit(edits, signal, index);
  if (!changed.ok) {
    return changed;
  }
  const tree = await git.id({ arguments: ['write-tree', '--missing-ok'], index }, signal);
  if (!tree.ok) {
    return tree;
  }
  const committed = await git.run(
    {
      arguments: ['commit-tree', tree.value, ...(head === null ? [] : ['-p', head])],
      input: Buffer.from(message, 'utf8'),
      userConfiguration: true,
      // A name that Git makes up of the machine's is nobody's.
      configuration: [
        ['user.useConfigOnly', 'true'],
        ['i18n.commitEncoding', 'utf-8'],
      ],
      expectedExitCodes: [0, 128],
    },
    signal,
  );
  if (!committed.ok) {
    return committed;
  }
  const { exitCode, stdout, stderr } = committed.value;
  if (exitCode === 0) {
    return ok({ commit: stdout.toString('latin1').trim(), conflicts: [] });
  }
  return fail(
    /tell me who you are|useConfigOnly|ident/i.test(stderr)
      ? failure(
          'no-identity',
          'Git does not know in whose name to commit. Set it: git config --global user.name "…" and user.email "…"',
        )
      : failure('git-failed', `git commit-tree failed: ${stderr.trim().split('\n').at(-1)?.slice(0, 400) ?? ''}`),
  );
}
