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
  const hasParts = file.status === 'modified' && !file.binary && isOffered(state);
  return {
    file: path,
    label: path.slice(path.lastIndexOf('/') + 1),
    description: description(file),
    facts: [path, ...(why === undefined ? [] : [`Protected: ${why} Accept it by itself.`])],
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

function description(file: ChangedFileView): string {
  const folder = file.path.slice(0, Math.max(file.path.lastIndexOf('/'), 0));
  const size = file.binary ? 'binary' : `+${file.additions} −${file.deletions}`;
  const mark = decidedWords(file) ?? (file.protected === undefined ? undefined : 'protected');
  return [size, ...(mark === undefined ? [] : [mark]), ...(folder === '' ? [] : [folder])].join(' · ');
}

function decidedWords({ applied, decided }: ChangedFileView): string | undefined {
  if (applied || decided === undefined) {
    return applied ? 'accepted' : undefined;
  }
  const { accepted, rejected, of, settled } = decided;
  if (settled && accepted === 0) {
    return 'rejected';
  }
  return settled ? `${accepted} of ${of} changes accepted` : `${accepted + rejected} of ${of} changes decided`;
}
