import { ok, type Result } from '../../base/result.ts';
import type { ChangedFile, Changeset } from '../../core/changes/changeset.ts';
import { type FilePart, type FileSides, planFile } from '../../core/changes/planFile.ts';
import { showPath } from '../../core/policy/pathPolicy.ts';
import type { IndexBlob, IndexEdit } from '../../core/repository/history.ts';
import type { ApplyConflict, BlobReader, RepositoryFailure } from '../../core/repository/repository.ts';
import { changedSides } from './changedSides.ts';
import type { UserGit } from './userGit.ts';

export interface PlacedEdits {
  readonly edits: readonly IndexEdit[];
  readonly conflicts: readonly ApplyConflict[];
}

/**
 * Merges parts of a changeset, three-way, into an index as it is, the user's own or another, and writes the contents that come of
 * it as objects. `where` says in a conflict what they did not fit: "what is staged".
 */
export async function placedEdits(
  git: UserGit,
  store: BlobReader,
  { changeset, parts }: { readonly changeset: Changeset; readonly parts: readonly FilePart[] },
  { index, where }: { readonly index?: string; readonly where: string },
  signal: AbortSignal,
): Promise<Result<PlacedEdits, RepositoryFailure>> {
  const files = await changedSides(store, changeset, parts, signal);
  if (!files.ok) {
    return files;
  }
  const listed = await git.entriesOf(signal, index);
  if (!listed.ok) {
    return listed;
  }
  const wanted = new Set(files.value.map(({ file }) => file.path));
  const entries = listed.value.filter(({ path }) => path !== null && wanted.has(path));
  const blobs = await store.readBlobs(
    entries.filter(({ mode }) => mode.startsWith('100')).map(({ id }) => id),
    signal,
  );
  if (!blobs.ok) {
    return blobs;
  }
  const edits: IndexEdit[] = [];
  const conflicts: ApplyConflict[] = [];
  for (const each of files.value) {
    const { path } = each.file;
    const found = entries.filter((entry) => entry.path === path);
    const [entry] = found;
    const before = entry === undefined ? null : { mode: entry.mode, id: entry.id };
    const bytes = before === null ? null : (blobs.value.get(before.id) ?? null);
    if (found.length > 1 || (entry !== undefined && (entry.stage !== 0 || bytes === null))) {
      const message = `${showPath(path)} is no plain file in ${where}, or a merge of it is not done. Finish that, and accept again.`;
      conflicts.push({ path, reason: 'changed-meanwhile', message });
      continue;
    }
    const edit = await editOf(git, each, { before, bytes }, signal);
    if (!edit.ok) {
      return edit;
    }
    if (edit.value === 'conflict') {
      const message = `${showPath(path)} does not fit ${where}: the same place is different there, or rests on changes of yours that are not in it. Accept it into the working tree alone.`;
      conflicts.push({ path, reason: 'changed-meanwhile', message });
    } else if (edit.value !== 'unchanged') {
      edits.push(edit.value);
    }
  }
  return ok({ edits, conflicts });
}

async function editOf(
  git: UserGit,
  { file, sides }: { readonly file: ChangedFile; readonly sides: FileSides },
  { before, bytes }: { readonly before: IndexBlob | null; readonly bytes: Uint8Array | null },
  signal: AbortSignal,
): Promise<Result<IndexEdit | 'unchanged' | 'conflict', RepositoryFailure>> {
  const { path } = file;
  const plan = planFile(file, sides, bytes === null ? null : { bytes, executable: before?.mode === '100755' });
  if (plan.kind === 'unchanged' || plan.kind === 'conflict') {
    return ok(plan.kind);
  }
  if (plan.kind === 'delete') {
    return ok({ path, before, after: null });
  }
  // The line ends of a file that is known already are its own; those of a new one are as Git would add it.
  const manner = before === null ? [`--path=${path}`] : ['--no-filters'];
  const id = await git.id({ arguments: ['hash-object', '-w', '--stdin', ...manner], input: plan.bytes }, signal);
  return id.ok ? ok({ path, before, after: { mode: plan.mode, id: id.value } }) : id;
}
