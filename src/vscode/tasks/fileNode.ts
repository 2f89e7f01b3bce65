import { t } from '@vscode/l10n';
import type { ChangedFileView, TaskView } from '../../protocol/taskView.ts';
import { rowAddress } from '../review/sideAddress.ts';
import type { TaskNode } from './taskNodes.ts';

/**
 * Row of a changed file. `context` is `file.open | protected | rejected | applied | closed`, with `.parts` where changes can be
 * chosen one by one, and `.accepted` where some of them were.
 */
export function fileNode(
  task: TaskView,
  file: ChangedFileView,
  root: string,
): Pick<TaskNode, 'file' | 'label' | 'description' | 'facts' | 'address' | 'context' | 'command' | 'reviewed'> {
  const { path, protected: why } = file;
  const state = fileState(task, file);
  const hasParts = file.status === 'modified' && hasLines(file) && isOffered(state);
  return {
    file: path,
    label: path.slice(path.lastIndexOf('/') + 1),
    description: description(task, file),
    facts: [
      path,
      ...renameFacts(task, file),
      ...(why === undefined ? [] : [t`Protected: ${why} Accept it by itself.`]),
    ],
    address: fileRowAddress(task, file, root),
    context: `file.${state}${hasParts ? '.parts' : ''}${(file.decided?.accepted ?? 0) > 0 ? '.accepted' : ''}`,
    command: 'nightshift.openFileDiff',
    ...(isOffered(state) ? { reviewed: file.reviewed === true } : {}),
  };
}

/** Names a changed file to the editor, for its icon, its letter and its colour. */
export function fileRowAddress(task: TaskView, { path, status }: ChangedFileView, root: string): string {
  const side = status === 'deleted' ? 'base' : 'result';
  return rowAddress({ root, task: task.id, path, side, hash: task.changeset?.hash ?? '' });
}

/** Whether a diff shows something of it: not of a binary file, nor where only its mode changes. */
export function hasLines({ binary, additions, deletions }: ChangedFileView): boolean {
  return !binary && additions + deletions > 0;
}

/** Whether something of a file is left to decide. */
export function isUndecided({ state }: TaskView, { applied, decided }: ChangedFileView): boolean {
  return state === 'ready' && !applied && decided?.settled !== true;
}

type FileState = 'open' | 'protected' | 'rejected' | 'applied' | 'closed';

function isOffered(state: FileState): boolean {
  return state === 'open' || state === 'protected';
}

function fileState(task: TaskView, file: ChangedFileView): FileState {
  if (file.applied) {
    return 'applied';
  }
  if (task.state !== 'ready') {
    return 'closed';
  }
  if (file.decided?.settled === true) {
    return 'rejected';
  }
  return file.protected === undefined ? 'open' : 'protected';
}

function description(task: TaskView, file: ChangedFileView): string {
  const folder = file.path.slice(0, Math.max(file.path.lastIndexOf('/'), 0));
  const mark = decidedWords(file) ?? (file.protected === undefined ? undefined : 'protected');
  return [...changeWords(task, file), ...(mark === undefined ? [] : [mark]), ...(folder === '' ? [] : [folder])].join(
    ' · ',
  );
}

/** How much changes; no counts of nothing where the change is another one. */
function changeWords(task: TaskView, file: ChangedFileView): readonly string[] {
  const { renamedFrom: from, executable } = file;
  const to = renamedTo(task, file)?.path;
  const others = [
    ...(from === undefined ? [] : [t`renamed from ${from}`]),
    ...(to === undefined ? [] : [t`renamed to ${to}`]),
    ...(executable === undefined ? [] : [executable ? t('made executable') : t('no longer executable')]),
  ];
  const size = file.binary ? 'binary' : `+${file.additions} −${file.deletions}`;
  return others.length === 0 || file.binary || hasLines(file) ? [size, ...others] : others;
}

function renameFacts(task: TaskView, file: ChangedFileView): readonly string[] {
  const to = renamedTo(task, file)?.path;
  const name = file.renamedFrom === undefined ? to && `to ${to}` : `from ${file.renamedFrom}`;
  return name === undefined ? [] : [t`Renamed ${name}; the two are accepted and rejected together.`];
}

/** The file that a deleted one became. */
export function renamedTo({ changeset }: TaskView, { path }: ChangedFileView): ChangedFileView | undefined {
  return changeset?.files.find((file) => file.renamedFrom === path);
}

function decidedWords({ applied, decided }: ChangedFileView): string | undefined {
  if (applied || decided === undefined) {
    return applied ? 'accepted' : undefined;
  }
  const { accepted, rejected, of, settled } = decided;
  if (settled && accepted === 0) {
    return 'rejected';
  }
  return settled ? t`${accepted} of ${of} changes accepted` : t`${accepted + rejected} of ${of} changes decided`;
}
