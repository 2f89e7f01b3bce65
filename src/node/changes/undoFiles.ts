import { createHash } from 'node:crypto';
import { errorText } from '../../base/failure.ts';
import { ok, type Result } from '../../base/result.ts';
import { type AcceptedStep, type FileState, planUndo, type UndoPlan } from '../../core/changes/planUndo.ts';
import { showPath } from '../../core/policy/pathPolicy.ts';
import { applyTemporaryName } from '../../core/repository/applyTemporary.ts';
import type {
  ApplyConflict,
  BlobReader,
  CheckoutUndo,
  FileToUndo,
  PlannedWrite,
  RepositoryFailure,
} from '../../core/repository/repository.ts';
import { deleteFile, replaceFile } from './atomicFile.ts';
import { accessFile } from './fileAccess.ts';

interface Tree {
  /** Absolute path with links resolved. */
  readonly root: string;
  readonly store: BlobReader;
}

interface Looked {
  readonly plan: UndoPlan;
  readonly disk: FileState | null;
}

/** Plans to take accepts back out of files, three-way; touches nothing. */
export async function planUndoing(
  { root, store }: Tree,
  files: readonly FileToUndo[],
  signal: AbortSignal,
): Promise<Result<CheckoutUndo, RepositoryFailure>> {
  const writes: PlannedWrite[] = [];
  const conflicts: ApplyConflict[] = [];
  const unchanged: string[] = [];
  for (const file of files) {
    const steps = await stepsOf(store, file, signal);
    if (!steps.ok) {
      return steps;
    }
    const { plan, disk } = await lookAt(root, file.path, steps.value);
    if (plan.kind === 'conflict') {
      conflicts.push({ path: file.path, reason: plan.reason, message: plan.message });
    } else if (plan.kind === 'unchanged') {
      unchanged.push(file.path);
    } else {
      writes.push(writeOf(file.path, plan, disk));
    }
  }
  return ok({ files, writes, conflicts, unchanged });
}

/** `key` is one that `isApplyKey` takes. */
export async function undoFiles(
  { root, store }: Tree,
  { files, writes }: CheckoutUndo,
  key: string,
  signal: AbortSignal,
): Promise<Result<{ undone: readonly string[]; conflicts: readonly ApplyConflict[] }, RepositoryFailure>> {
  const undone: string[] = [];
  const conflicts: ApplyConflict[] = [];
  for (const write of writes) {
    const file = files.find(({ path }) => path === write.path) ?? { path: write.path, steps: [] };
    const steps = await stepsOf(store, file, signal);
    if (!steps.ok) {
      return steps;
    }
    const conflict = await undoFile(root, write, steps.value, applyTemporaryName(key));
    if (conflict === undefined) {
      undone.push(write.path);
    } else {
      conflicts.push(conflict);
    }
  }
  return ok({ undone, conflicts });
}

/** How each of these writes stands in the tree now. */
export async function standings(
  root: string,
  writes: readonly PlannedWrite[],
): Promise<readonly ('after' | 'before' | 'neither')[]> {
  const found: ('after' | 'before' | 'neither')[] = [];
  for (const { path, before, after, mode } of writes) {
    const { disk, plan } = await lookAt(root, path, []);
    const hash = disk === null ? null : sha256(disk.bytes);
    const asWanted = hash === after && (disk === null || modeOf(disk.permissions) === mode);
    found.push(plan.kind === 'conflict' ? 'neither' : asWanted ? 'after' : hash === before ? 'before' : 'neither');
  }
  return found;
}

async function stepsOf(
  store: BlobReader,
  { steps }: FileToUndo,
  signal: AbortSignal,
): Promise<Result<readonly AcceptedStep[], RepositoryFailure>> {
  const ids = steps.flatMap(({ kept }) => [kept.before, kept.after].filter((id) => id !== null));
  const blobs = await store.readBlobs(ids, signal);
  if (!blobs.ok) {
    return blobs;
  }
  const blob = (id: string | null): Uint8Array | null => (id === null ? null : (blobs.value.get(id) ?? null));
  return ok(
    steps.map(({ kept, mode }) => ({
      before: blob(kept.before),
      after: blob(kept.after),
      permissions: kept.permissions,
      executable: mode === '100755',
    })),
  );
}

async function lookAt(root: string, path: string, steps: readonly AcceptedStep[]): Promise<Looked> {
  try {
    const found = await accessFile(root, path, steps[0]?.before !== null);
    if (found.kind === 'conflict') {
      return { plan: { kind: 'conflict', ...found.conflict }, disk: null };
    }
    const disk = found.file === null ? null : { bytes: found.file.bytes, permissions: found.permissions };
    return { plan: planUndo(path, steps, disk), disk };
  } catch (error) {
    return { plan: { kind: 'conflict', ...notWritable(path, error) }, disk: null };
  }
}

async function undoFile(
  root: string,
  write: PlannedWrite,
  steps: readonly AcceptedStep[],
  temporaryName: string,
): Promise<ApplyConflict | undefined> {
  const { path } = write;
  const { plan, disk } = await lookAt(root, path, steps);
  if (plan.kind === 'conflict') {
    return { path, reason: plan.reason, message: plan.message };
  }
  const now = plan.kind === 'unchanged' ? undefined : writeOf(path, plan, disk);
  if (now === undefined || now.before !== write.before || now.after !== write.after || now.mode !== write.mode) {
    return changedMeanwhile(path);
  }
  try {
    if (plan.kind === 'delete') {
      await deleteFile(root, path);
      return undefined;
    }
    if (plan.kind !== 'write') {
      return undefined;
    }
    const replaced = await replaceFile(root, path, plan.bytes, {
      ...(disk === null ? {} : { permissions: disk.permissions }),
      executable: (plan.permissions & 0o100) !== 0,
      exact: plan.permissions,
      temporaryName,
      stillAsPlanned: async () => {
        const last = await lookAt(root, path, steps);
        return last.plan.kind !== 'conflict' && hashOf(last.disk) === write.before;
      },
    });
    return replaced ? undefined : changedMeanwhile(path);
  } catch (error) {
    return notWritable(path, error);
  }
}

function writeOf(path: string, plan: UndoPlan, disk: FileState | null): PlannedWrite {
  return plan.kind === 'write'
    ? { path, before: hashOf(disk), after: sha256(plan.bytes), mode: modeOf(plan.permissions) }
    : { path, before: hashOf(disk), after: null, mode: null };
}

function modeOf(permissions: number): '100644' | '100755' {
  return process.platform !== 'win32' && (permissions & 0o100) !== 0 ? '100755' : '100644';
}

function hashOf(disk: FileState | null): string | null {
  return disk === null ? null : sha256(disk.bytes);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function changedMeanwhile(path: string): ApplyConflict {
  const message = `${showPath(path)} was changed while the undo was on its way; it was left alone. Undo again.`;
  return { path, reason: 'changed-meanwhile', message };
}

function notWritable(path: string, error: unknown): ApplyConflict {
  const message = `${showPath(path)} could not be written (${errorText(error)}). Allow writing, and undo again.`;
  return { path, reason: 'not-writable', message };
}
