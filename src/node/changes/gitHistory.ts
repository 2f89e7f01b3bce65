import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Changeset } from '../../core/changes/changeset.ts';
import type { FilePart } from '../../core/changes/planFile.ts';
import type { AcceptPlace, History, HistoryFailure, Placement } from '../../core/repository/history.ts';
import type { ApplyConflict, BlobReader } from '../../core/repository/repository.ts';
import { describeHead, type GitRepository } from '../repository/describeRepository.ts';
import { makeCommit } from './makeCommit.ts';
import { checkNewBranch, checkNewFolder } from './newPlace.ts';
import { placedEdits } from './placedEdits.ts';
import { recordPlacement, whyNoCommit } from './recordPlacement.ts';
import { sameBlob, UserGit } from './userGit.ts';

interface Wish {
  readonly changeset: Changeset;
  readonly parts: readonly FilePart[];
  readonly place: AcceptPlace;
  readonly message: string;
}

type Planned = Result<{ placement: Placement; conflicts: readonly ApplyConflict[] }, HistoryFailure>;

/** Index and branches of the user's repository. */
export function createGitHistory(options: { readonly repository: GitRepository; readonly store: BlobReader }): History {
  const { repository, store } = options;
  const open = (signal: AbortSignal): Promise<Result<UserGit, HistoryFailure>> => UserGit.open(repository, signal);
  return {
    async plan(changeset, parts, { place, message }, signal) {
      const git = await open(signal);
      return git.ok ? planPlacement(git.value, store, { changeset, parts, place, message }, signal) : git;
    },

    async record(placement, signal) {
      const git = await open(signal);
      return git.ok ? recordPlacement(git.value, placement, signal) : git;
    },

    async stands({ commit, index }, signal) {
      const git = await open(signal);
      if (!git.ok) {
        return git;
      }
      if (commit === undefined) {
        const entries = await git.value.entriesOf(signal);
        return entries.ok
          ? ok(
              index.every(({ path, after }) => sameBlob(entries.value.find((one) => one.path === path) ?? null, after)),
            )
          : entries;
      }
      const name = commit.branch === null ? 'HEAD' : `refs/heads/${commit.branch}`;
      // 128: the branch is not there.
      const words = ['merge-base', '--is-ancestor', commit.id, name];
      const answer = await git.value.run({ arguments: words, expectedExitCodes: [0, 1, 128] }, signal);
      return answer.ok ? ok(answer.value.exitCode === 0) : answer;
    },

    async unstage(edits, signal) {
      const git = await open(signal);
      if (!git.ok) {
        return git;
      }
      const entries = await git.value.entriesOf(signal);
      if (!entries.ok) {
        return entries;
      }
      const left = new Set<string>();
      const now = new Map<string, Placement['index'][number]['before']>();
      for (const { path, before, after } of edits) {
        const entry = now.has(path) ? now.get(path) : entries.value.find((one) => one.path === path);
        if (sameBlob(entry ?? null, after)) {
          now.set(path, before);
        } else if (!sameBlob(entry ?? null, before)) {
          left.add(path);
        }
      }
      const back = [...now].filter(([path]) => !left.has(path)).map(([path, after]) => ({ path, after }));
      const done = back.length === 0 ? ok(undefined) : await git.value.edit(back, signal);
      return done.ok ? ok([...left]) : done;
    },
  };
}

async function planPlacement(git: UserGit, store: BlobReader, wish: Wish, signal: AbortSignal): Promise<Planned> {
  const { place, parts, message } = wish;
  const paths = parts.map(({ path }) => path);
  const checked = await checkPlace(git, place, signal);
  if (!checked.ok) {
    return checked;
  }
  const branch = checked.value;
  const staged =
    place.kind === 'staged' || place.kind === 'commit'
      ? await placedEdits(git, store, wish, { where: 'what is staged' }, signal)
      : ok({ edits: [], conflicts: [] });
  if (!staged.ok) {
    return staged;
  }
  const { edits, conflicts } = staged.value;
  const placement = { kind: place.kind, paths, index: edits };
  if (place.kind === 'staged' || conflicts.length > 0) {
    return ok({ placement, conflicts });
  }
  const head = await describeHead(git.repository.root, git.repository.worktreeGitDirectory, signal);
  if (!head.ok) {
    return head;
  }
  const directory = await mkdtemp(join(tmpdir(), 'nightshift-commit-'));
  try {
    const index = join(directory, 'index');
    const made = await makeCommit(git, store, wish, { head: head.value.head, index, message }, signal);
    if (!made.ok) {
      return made;
    }
    if (made.value.commit === undefined) {
      return ok({ placement, conflicts: made.value.conflicts });
    }
    const before = branch === undefined ? head.value.head : null;
    const commit = { id: made.value.commit, before, branch: branch ?? head.value.branch };
    const elsewhere = place.kind === 'worktree' ? { directory: place.directory } : {};
    return ok({ placement: { ...placement, commit, ...elsewhere }, conflicts: [] });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Answers the name of the branch that is to be made; undefined where none is. */
async function checkPlace(
  git: UserGit,
  place: AcceptPlace,
  signal: AbortSignal,
): Promise<Result<string | undefined, HistoryFailure>> {
  if (place.kind === 'staged') {
    return ok(undefined);
  }
  if (place.kind === 'commit') {
    const why = await whyNoCommit(git.repository);
    return why === undefined ? ok(undefined) : fail(why);
  }
  if (place.kind === 'worktree') {
    const problem = await checkNewFolder(place.directory);
    if (problem !== undefined) {
      return fail(problem);
    }
  }
  return checkNewBranch(git, place.kind === 'branch' ? place.name : (place.name ?? basename(place.directory)), signal);
}
