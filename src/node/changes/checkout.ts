import { createHash } from 'node:crypto';
import { errorText, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ChangedFile, Changeset } from '../../core/changes/changeset.ts';
import { type FilePlan, type FileSides, planFile } from '../../core/changes/planFile.ts';
import { showPath } from '../../core/policy/pathPolicy.ts';
import { applyTemporaryName, isApplyKey } from '../../core/repository/applyTemporary.ts';
import type {
  ApplyConflict,
  ApplyPlan,
  BlobReader,
  Checkout,
  PlannedWrite,
  RepositoryFailure,
} from '../../core/repository/repository.ts';
import { deleteFile, replaceFile } from './atomicFile.ts';
import { accessFile } from './fileAccess.ts';
import { removeLeftovers } from './leftovers.ts';

/** What stands at a path, and what applying the file to it means. */
interface Looked {
  readonly plan: FilePlan;
  /** SHA-256 of what stands there, null for nothing. */
  readonly before: string | null;
  readonly permissions: number;
}

/** The working tree at `root`, an absolute path with links resolved. */
export function createCheckout(options: { readonly root: string; readonly store: BlobReader }): Checkout {
  const { root, store } = options;
  return {
    async planApply(changeset, paths, signal) {
      const files = await filesOf(store, changeset, paths, signal);
      if (!files.ok) {
        return files;
      }
      const plan: { -readonly [K in keyof ApplyPlan]: ApplyPlan[K][number][] } = {
        writes: [],
        conflicts: [],
        unchanged: [],
      };
      for (const { file, sides } of files.value) {
        const looked = await look(root, file, sides);
        if (looked.plan.kind === 'conflict') {
          plan.conflicts.push({ path: file.path, reason: looked.plan.reason, message: looked.plan.message });
        } else if (looked.plan.kind === 'unchanged') {
          plan.unchanged.push(file.path);
        } else {
          plan.writes.push(plannedWrite(file, looked));
        }
      }
      return ok(plan);
    },

    async apply(changeset, plan, key, signal) {
      if (!isApplyKey(key)) {
        return fail(failure('io', 'An apply is named in lower case letters, digits and hyphens; nothing was written.'));
      }
      const files = await filesOf(
        store,
        changeset,
        plan.writes.map((write) => write.path),
        signal,
      );
      if (!files.ok) {
        return files;
      }
      const applied: string[] = [];
      for (const [position, { file, sides }] of files.value.entries()) {
        const write = plan.writes[position];
        if (write === undefined) {
          break;
        }
        if (signal.aborted) {
          return fail(aborted(applied.length, plan.writes.length));
        }
        const conflict = await applyFile(root, file, sides, { ...write, temporaryName: applyTemporaryName(key) });
        if (conflict !== undefined) {
          return ok({ applied, conflicts: [conflict] });
        }
        applied.push(file.path);
      }
      return ok({ applied, conflicts: [] });
    },

    removeLeftovers: (key, paths) => removeLeftovers(root, key, paths),
  };
}

async function filesOf(
  store: BlobReader,
  changeset: Changeset,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Result<{ file: ChangedFile; sides: FileSides }[], RepositoryFailure>> {
  const byPath = new Map(changeset.files.map((file) => [file.path, file]));
  const files: ChangedFile[] = [];
  for (const path of new Set(paths)) {
    const file = byPath.get(path);
    if (file === undefined) {
      return fail(failure('io', `${showPath(path)} is not among the changed files. Name one that is.`));
    }
    files.push(file);
  }
  const ids = files.flatMap(({ base, result }) => [base, result].filter((id) => id !== null));
  const blobs = await store.readBlobs(ids, signal);
  if (!blobs.ok) {
    return blobs;
  }
  const blob = (id: string | null): Uint8Array | null => (id === null ? null : (blobs.value.get(id) ?? null));
  return ok(files.map((file) => ({ file, sides: { base: blob(file.base), result: blob(file.result) } })));
}

async function look(root: string, file: ChangedFile, sides: FileSides): Promise<Looked> {
  const nothing = { before: null, permissions: 0 };
  try {
    const found = await accessFile(root, file.path, file.base !== null);
    if (found.kind === 'conflict') {
      return { plan: { kind: 'conflict', ...found.conflict }, ...nothing };
    }
    return {
      plan: planFile(file, sides, found.file),
      before: found.file === null ? null : sha256(found.file.bytes),
      permissions: found.permissions,
    };
  } catch (error) {
    return { plan: { kind: 'conflict', ...notWritable(file, error) }, ...nothing };
  }
}

/** Answers a conflict when the file is no longer what was planned for; then nothing of it is written. */
async function applyFile(
  root: string,
  file: ChangedFile,
  sides: FileSides,
  write: PlannedWrite & { readonly temporaryName: string },
): Promise<ApplyConflict | undefined> {
  const looked = await look(root, file, sides);
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
          const last = await look(root, file, sides);
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
