import { createHash } from 'node:crypto';
import { errorText, failure } from '../../base/failure.ts';
import { fail, ok } from '../../base/result.ts';
import type { ChangedFile } from '../../core/changes/changeset.ts';
import { hunksOf } from '../../core/changes/hunks.ts';
import { type FilePlan, planFile, planMerged } from '../../core/changes/planFile.ts';
import { isBinary } from '../../core/changes/textLines.ts';
import { showPath } from '../../core/policy/pathPolicy.ts';
import { applyTemporaryName, isApplyKey } from '../../core/repository/applyTemporary.ts';
import type { History } from '../../core/repository/history.ts';
import type {
  ApplyConflict,
  BlobKeeper,
  BlobReader,
  Checkout,
  KeptBytes,
  PlannedWrite,
  RepositoryFailure,
} from '../../core/repository/repository.ts';
import { deleteFile, replaceFile } from './atomicFile.ts';
import { type ChangedSides, changedSides } from './changedSides.ts';
import { accessFile } from './fileAccess.ts';
import { removeLeftovers } from './leftovers.ts';
import { planUndoing, standings, undoFiles } from './undoFiles.ts';

/** What stands at a path, and what applying the file to it means. */
interface Looked {
  readonly plan: FilePlan;
  /** SHA-256 of what stands there, null for nothing. */
  readonly before: string | null;
  readonly permissions: number;
  readonly bytes: Uint8Array | null;
}

/** The working tree at `root`, an absolute path with links resolved. */
export function createCheckout(options: {
  readonly root: string;
  readonly store: BlobReader & BlobKeeper;
  readonly history?: History;
}): Checkout {
  const { root, store, history } = options;
  return {
    ...(history === undefined ? {} : { history }),

    async hunks(changeset, path, signal) {
      const files = await changedSides(store, changeset, [{ path }], signal);
      if (!files.ok) {
        return files;
      }
      const { base = null, result = null } = files.value[0]?.sides ?? {};
      return ok(base === null || result === null ? undefined : hunksOf(base, result));
    },

    async mergeSides(changeset, part, signal) {
      const files = await changedSides(store, changeset, [part], signal);
      if (!files.ok) {
        return files;
      }
      const [changed] = files.value;
      const looked = changed === undefined ? undefined : await look(root, changed);
      if (changed === undefined || looked === undefined) {
        return ok(undefined);
      }
      // Gone, or something else than a file.
      if (looked.before === null && looked.plan.kind === 'conflict') {
        return ok(undefined);
      }
      const { base, result } = changed.sides;
      const nothing = new Uint8Array();
      const sides = { base: base ?? nothing, result, checkout: looked.bytes ?? nothing };
      const isText = result !== null && ![sides.base, result, sides.checkout].some(isBinary);
      return ok(isText ? { ...sides, result, over: looked.before } : undefined);
    },

    async planApply(changeset, parts, signal) {
      const files = await changedSides(store, changeset, parts, signal);
      if (!files.ok) {
        return files;
      }
      const writes: PlannedWrite[] = [];
      const conflicts: ApplyConflict[] = [];
      const unchanged: string[] = [];
      for (const changed of files.value) {
        const { file } = changed;
        const looked = await look(root, changed);
        if (looked.plan.kind === 'conflict') {
          conflicts.push({ path: file.path, reason: looked.plan.reason, message: looked.plan.message });
        } else if (looked.plan.kind === 'unchanged') {
          unchanged.push(file.path);
        } else {
          writes.push(plannedWrite(file, looked));
        }
      }
      return ok({ parts, writes, conflicts, unchanged });
    },

    async apply(changeset, plan, key, signal) {
      if (!isApplyKey(key)) {
        return fail(badKey());
      }
      const planned = plan.writes.map(({ path }) => plan.parts.find((part) => part.path === path) ?? { path });
      const files = await changedSides(store, changeset, planned, signal);
      if (!files.ok) {
        return files;
      }
      const applied: string[] = [];
      for (const [position, changed] of files.value.entries()) {
        const write = plan.writes[position];
        if (write === undefined) {
          break;
        }
        if (signal.aborted) {
          return fail(aborted(applied.length, plan.writes.length));
        }
        const conflict = await applyFile(root, changed, { ...write, temporaryName: applyTemporaryName(key) });
        if (conflict !== undefined) {
          return ok({ applied, conflicts: [conflict] });
        }
        applied.push(changed.file.path);
      }
      return ok({ applied, conflicts: [] });
    },

    async keepBytes(changeset, plan, name, signal) {
      if (plan.writes.length === 0) {
        return ok([]);
      }
      const planned = plan.writes.map(({ path }) => plan.parts.find((part) => part.path === path) ?? { path });
      const files = await changedSides(store, changeset, planned, signal);
      if (!files.ok) {
        return files;
      }
      const contents: Uint8Array[] = [];
      const kept: { before: number | null; after: number | null; permissions: number | null }[] = [];
      const place = (bytes: Uint8Array | null): number | null => (bytes === null ? null : contents.push(bytes) - 1);
      for (const [position, changed] of files.value.entries()) {
        const { file } = changed;
        const looked = await look(root, changed);
        const write = looked.plan.kind === 'write' || looked.plan.kind === 'delete' ? plannedWrite(file, looked) : null;
        if (write === null || write.before !== plan.writes[position]?.before) {
          return fail(failure('io', changedMeanwhile(file).message));
        }
        const after = looked.plan.kind === 'write' ? looked.plan.bytes : null;
        const permissions = looked.bytes === null ? null : looked.permissions;
        kept.push({ before: place(looked.bytes), after: place(after), permissions });
      }
      const ids = await store.keepBlobs(name, contents, signal);
      const id = (at: number | null): string | null => (ids.ok && at !== null ? (ids.value[at] ?? null) : null);
      return ids.ok
        ? ok(kept.map((each): KeptBytes => ({ ...each, before: id(each.before), after: id(each.after) })))
        : ids;
    },

    planUndo: (files, signal) => planUndoing(options, files, signal),

    async undo(plan, key, signal) {
      return isApplyKey(key) ? undoFiles(options, plan, key, signal) : fail(badKey());
    },

    look: (writes) => standings(root, writes),

    removeLeftovers: (key, paths) => removeLeftovers(root, key, paths),
  };
}

async function look(root: string, { file, sides, merged }: ChangedSides): Promise<Looked> {
  const nothing = { before: null, permissions: 0, bytes: null };
  try {
    const found = await accessFile(root, file.path, file.base !== null);
    if (found.kind === 'conflict') {
      return { plan: { kind: 'conflict', ...found.conflict }, ...nothing };
    }
    const before = found.file === null ? null : sha256(found.file.bytes);
    return {
      plan: merged === undefined ? planFile(file, sides, found.file) : planMerged(file, merged, found.file, before),
      before,
      permissions: found.permissions,
      bytes: found.file?.bytes ?? null,
    };
  } catch (error) {
    return { plan: { kind: 'conflict', ...notWritable(file, error) }, ...nothing };
  }
}

/** Answers a conflict when the file is no longer what was planned for; then nothing of it is written. */
async function applyFile(
  root: string,
  changed: ChangedSides,
  write: PlannedWrite & { readonly temporaryName: string },
): Promise<ApplyConflict | undefined> {
  const { file } = changed;
  const looked = await look(root, changed);
  const { plan } = looked;
  if (plan.kind === 'conflict') {
    return { path: file.path, reason: plan.reason, message: plan.message };
  }
  const now = plan.kind === 'unchanged' ? undefined : plannedWrite(file, looked);
  if (now === undefined || now.before !== write.before || now.after !== write.after || now.mode !== write.mode) {
    return changedMeanwhile(file);
  }
  try {
    if (plan.kind === 'delete') {
      await deleteFile(root, file.path);
      return undefined;
    }
    if (plan.kind === 'write') {
      const replaced = await replaceFile(root, file.path, plan.bytes, {
        ...(looked.before === null ? {} : { permissions: looked.permissions }),
        executable: plan.mode === '100755',
        temporaryName: write.temporaryName,
        stillAsPlanned: async () => {
          const last = await look(root, changed);
          return last.plan.kind !== 'conflict' && last.before === write.before;
        },
      });
      return replaced ? undefined : changedMeanwhile(file);
    }
    return undefined;
  } catch (error) {
    return notWritable(file, error);
  }
}

function plannedWrite(file: ChangedFile, { plan, before }: Looked): PlannedWrite {
  return plan.kind === 'write'
    ? { path: file.path, before, after: sha256(plan.bytes), mode: plan.mode }
    : { path: file.path, before, after: null, mode: null };
}

function badKey(): RepositoryFailure {
  return failure('io', 'An apply is named in lower case letters, digits and hyphens; nothing was written.');
}

function aborted(written: number, planned: number): RepositoryFailure {
  const message = `The accept was cancelled when ${written} of ${planned} files were written. Accept again for the others.`;
  return failure('aborted', message);
}

function changedMeanwhile(file: ChangedFile): ApplyConflict {
  const message = `${showPath(file.path)} was changed while the accept was on its way; it was left alone. Accept again.`;
  return { path: file.path, reason: 'changed-meanwhile', message };
}

function notWritable(file: ChangedFile, error: unknown): ApplyConflict {
  const message = `${showPath(file.path)} could not be written (${errorText(error)}). Allow writing, and accept again.`;
  return { path: file.path, reason: 'not-writable', message };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
