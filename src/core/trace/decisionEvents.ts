import * as z from 'zod';
import { hunkSchema } from '../changes/hunks.ts';

const count = z.int().nonnegative();

const plannedWrite = z.object({
  path: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  mode: z.string().nullable(),
});

/** What an undo puts back: object ids in the host's store, and the permission bits of the file that was written over. */
const keptSchema = z.object({
  before: z.string().nullable(),
  after: z.string().nullable(),
  permissions: count.nullable(),
});

const indexBlob = z.object({ mode: z.string(), id: z.string() });

/** Where an accept goes beside the working tree, see `Placement`. */
const placementSchema = z.object({
  kind: z.enum(['staged', 'commit', 'branch', 'worktree']),
  paths: z.array(z.string()),
  index: z.array(z.object({ path: z.string(), before: indexBlob.nullable(), after: indexBlob.nullable() })),
  commit: z.object({ id: z.string(), before: z.string().nullable(), branch: z.string().nullable() }).optional(),
  directory: z.string().optional(),
});

const conflicts = z.array(z.object({ path: z.string(), reason: z.string(), message: z.string() }));

/** What a person decided of a changeset, and what came of it in the checkout. */
export const decisionEvents = {
  'apply-intended': z.object({
    key: z.string(),
    hash: z.string(),
    /** `kept` is absent in traces of versions that could not undo. */
    writes: z.array(plannedWrite.extend({ kept: keptSchema.optional() })),
    /** Files of which only these hunks, of so many, are to stand in the checkout then. */
    parts: z.array(z.object({ path: z.string(), hunks: z.array(hunkSchema), of: count })).optional(),
    /** Files in which a person merged the change with their own edits by hand. */
    merged: z.array(z.string()).optional(),
    /** Absent for an accept into the working tree alone. */
    placement: placementSchema.optional(),
  }),
  /** All that the user does not want of a file by now: these hunks, or the whole of it where there are none to choose from. */
  'changes-rejected': z.object({
    hash: z.string(),
    path: z.string(),
    hunks: z.union([z.literal('whole'), z.array(hunkSchema)]),
    of: count,
  }),
  /** The user looks around in a box of their own, with a copy of this tree. */
  'terminal-opened': z.object({ sandbox: z.string(), tree: z.string() }),
  /** The user goes on with this tree by themselves, in a working tree of its own. `left`: changed files that are not in it. */
  'taken-over': z.object({
    tree: z.string(),
    directory: z.string(),
    branch: z.string(),
    files: count,
    left: z.array(z.string()),
  }),
  /** The user puts the task out of the lists, or back; it comes back by itself when it goes on. */
  'task-archived': z.object({ archived: z.boolean() }),
  /** The user looked at a file of this changeset, or takes that back. */
  'file-reviewed': z.object({ hash: z.string(), path: z.string(), reviewed: z.boolean() }),
  'apply-ended': z.object({
    key: z.string(),
    applied: z.array(z.string()),
    conflicts,
    /** What was placed beside the working tree is there. */
    placed: z.boolean().optional(),
  }),
  /** The user takes accepts back. `paths` are all files that will have nothing of the task in them then; some need no write. */
  'undo-intended': z.object({ key: z.string(), paths: z.array(z.string()), writes: z.array(plannedWrite) }),
  'undo-ended': z.object({ key: z.string(), undone: z.array(z.string()), conflicts }),
} as const satisfies Record<string, z.ZodType>;
