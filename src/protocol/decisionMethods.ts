import * as z from 'zod/mini';
import { hunkViewSchema, taskViewSchema } from './taskView.ts';

const conflict = z.object({ path: z.string(), reason: z.string(), message: z.string() });
/** A file of a changeset; numbers of its hunks from 1, in the order that `hunks` tells them in, or all of it. */
const wantedFile = z.object({
  path: z.string(),
  hunks: z.optional(z.array(z.int().check(z.positive())).check(z.minLength(1))),
});

/** What a person made of a file by hand: bytes in base64, and the SHA-256 of what was in the checkout when they merged; null for nothing. */
const mergedFile = z.object({
  path: z.string(),
  bytes: z.string(),
  over: z.nullable(z.string().check(z.regex(/^[0-9a-f]{64}$/))),
});

/** Where an accept goes that is more than a write to the working tree. */
const acceptPlace = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('staged') }),
  z.object({ kind: z.literal('commit') }),
  z.object({ kind: z.literal('branch'), name: z.string().check(z.minLength(1), z.maxLength(200)) }),
  /** `directory`: an absolute path of the machine that the host runs on. The branch has the folder's name unless told. */
  z.object({
    kind: z.literal('worktree'),
    directory: z.string().check(z.minLength(1), z.maxLength(4096)),
    name: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
  }),
]);

/** What a person decides of a result. */
export const decisionMethods = {
  /**
   * `files` absent: every file that is neither protected nor rejected. Named files are applied even when protected: naming one is
   * the approval. With `hunks`, only those stand in the checkout then, beside the ones accepted before. `place`: staged or committed
   * as well, or on a branch of its own instead of in the checkout; no hook of the repository runs. `merged`: files of these that are written as
   * the person merged them, into the working tree only.
   */
  applyTask: {
    params: z.object({
      task: z.string(),
      files: z.optional(z.array(wantedFile)),
      place: z.optional(acceptPlace),
      merged: z.optional(z.array(mergedFile)),
    }),
    result: z.object({
      task: taskViewSchema,
      applied: z.array(z.string()),
      conflicts: z.array(conflict),
      /** Protected files that still wait for an approval of their own. */
      remaining: z.array(z.string()),
      /** Where it stands beside the working tree; absent where it does not. `branch` is null where HEAD is detached. */
      placed: z.optional(
        z.object({
          kind: z.enum(['staged', 'commit', 'branch', 'worktree']),
          commit: z.optional(z.string()),
          branch: z.optional(z.nullable(z.string())),
          directory: z.optional(z.string()),
        }),
      ),
    }),
  },
  /** The three texts, in base64, of one of the files that `applyTask` would write with these `files`; null where it is no text. */
  mergeSides: {
    params: z.object({ task: z.string(), files: z.optional(z.array(wantedFile)), path: z.string() }),
    result: z.object({
      sides: z.nullable(
        z.object({ base: z.string(), result: z.string(), checkout: z.string(), over: z.nullable(z.string()) }),
      ),
    }),
  },
  /** Takes what was accepted, or that of these files, back out of the checkout. `conflicts` are files that were left as they are. */
  undoAccept: {
    params: z.object({ task: z.string(), paths: z.optional(z.array(z.string()).check(z.minLength(1))) }),
    result: z.object({ task: taskViewSchema, undone: z.array(z.string()), conflicts: z.array(conflict) }),
  },
  /** What the user does not want; with `restore`, what stands for choice again. Changes nothing in the checkout. */
  rejectChanges: {
    params: z.object({ task: z.string(), file: wantedFile, restore: z.boolean() }),
    result: z.object({ task: taskViewSchema }),
  },
  /**
   * Gives a person what the agent has in front of it: a new branch, checked out in a new folder, with all of it as uncommitted changes.
   * An agent at work is paused first. Where protected files were changed, `protected` must say what becomes of them.
   */
  takeOver: {
    params: z.object({
      task: z.string(),
      directory: z.optional(z.string().check(z.minLength(1), z.maxLength(4096))),
      branch: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
      protected: z.optional(z.enum(['leave', 'write'])),
    }),
    result: z.object({
      task: taskViewSchema,
      directory: z.string(),
      branch: z.string(),
      files: z.int(),
      left: z.array(z.string()),
    }),
  },
  /** Puts a task that is over out of the lists, or back. Nothing of it is removed. */
  archiveTask: {
    params: z.object({ task: z.string(), archived: z.boolean() }),
    result: z.object({ task: taskViewSchema }),
  },
  /** A person has looked at a file, or takes that back. The mark is gone when the file changes again. */
  markReviewed: {
    params: z.object({ task: z.string(), path: z.string(), reviewed: z.boolean() }),
    result: z.object({ task: taskViewSchema }),
  },
  /** The parts of a changed file that can be chosen one by one; null where it is taken as a whole. */
  hunks: {
    params: z.object({ task: z.string(), path: z.string() }),
    result: z.object({ hunks: z.nullable(z.array(hunkViewSchema)) }),
  },
} as const;
