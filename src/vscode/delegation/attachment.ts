import { plainLine } from '../../base/plainText.ts';
import type { OriginView } from '../../protocol/host.ts';
import type { CodeCommit, CodeSymbol } from '../window/workspaceCode.ts';
import type { PickItem } from '../window/dialogue.ts';
import type { CodePlace } from '../window/editorWindow.ts';

/** A piece of context that goes with a task; the person sees each and can take it away before the task is sent. */
export interface Attachment {
  readonly kind:
    | 'selection'
    | 'symbol'
    | 'line'
    | 'file'
    | 'folder'
    | 'change'
    | 'commit'
    | 'terminal'
    | 'problem'
    | 'todo'
    | 'test';
  /** Absolute. */
  readonly path?: string;
  /** From 1, the last one included. */
  readonly startLine?: number;
  readonly endLine?: number;
  /** What a symbol is and is called, `function add`. */
  readonly name?: string;
  /** The hash of a commit. */
  readonly commit?: string;
  /** Read from the file when the task is sent, where there is none. */
  readonly text?: string;
}

const icons = {
  selection: 'selection',
  symbol: 'symbol-method',
  line: 'list-selection',
  file: 'file',
  folder: 'folder',
  change: 'diff-modified',
  commit: 'git-commit',
  terminal: 'terminal',
  problem: 'warning',
  todo: 'checklist',
  test: 'beaker',
} as const satisfies Readonly<Record<Attachment['kind'], string>>;

const longestPreview = 120;
const longestSubject = 100;
const longestName = 300;

export function symbolAttachment({ kind, name, path, startLine, endLine }: CodeSymbol): Attachment {
  return { kind: 'symbol', name: `${kind} ${name}`, path, startLine, endLine };
}

/** Characters of a hash that are shown. */
export const shortHash = 7;

/** `name` tells it in words, quoted, for its subject is anybody's. */
export function commitAttachment({ hash, subject }: CodeCommit): Attachment {
  return {
    kind: 'commit',
    commit: hash,
    name: `commit ${hash.slice(0, shortHash)} “${plainLine(subject, longestSubject)}”`,
  };
}

/** What is selected; undefined where nothing is. */
export function selectionAttachment({ path, startLine, endLine, selection }: CodePlace): Attachment | undefined {
  return selection === '' ? undefined : { kind: 'selection', path, startLine, endLine, text: selection };
}

/** What a click had ready, as a piece that can be seen and taken away; `root` is the repository. */
export function originAttachment(root: string, { kind, file, startLine, endLine, text }: OriginView): Attachment {
  return {
    kind: originKinds[kind],
    ...(file === undefined ? {} : { path: `${root}/${file}` }),
    ...(startLine === undefined ? {} : { startLine }),
    ...(endLine === undefined ? {} : { endLine }),
    ...(text === undefined ? {} : { text }),
  };
}

const originKinds = {
  cli: 'file',
  command: 'file',
  api: 'file',
  selection: 'selection',
  diagnostic: 'problem',
  todo: 'todo',
  test: 'test',
  terminal: 'terminal',
} as const satisfies Readonly<Record<OriginView['kind'], Attachment['kind']>>;

/** Of the same place; the text may differ. */
export function sameAttachment(one: Attachment, other: Attachment): boolean {
  return (
    one.kind === other.kind &&
    one.path === other.path &&
    one.commit === other.commit &&
    one.startLine === other.startLine &&
    one.endLine === other.endLine &&
    (one.path !== undefined || one.text === other.text)
  );
}

/** How a piece is shown; `file` is its path relative to the repository, empty for the repository itself. */
export function attachmentRow<T>(attachment: Attachment, file: string | undefined, value: T): PickItem<T> {
  const { kind, name, text } = attachment;
  const preview = text?.split('\n').find((line) => line.trim() !== '');
  const folder = file === undefined || !file.includes('/') ? [] : [file.slice(0, file.lastIndexOf('/'))];
  const lines = linesOf(attachment);
  return {
    icon: icons[kind],
    label: name ?? (file === undefined ? wordsFor(kind) : file === '' ? 'The repository' : lastName(file)),
    description: [
      ...(name === undefined || file === undefined ? folder : [file]),
      ...(lines === '' ? [] : [lines]),
    ].join(' · '),
    ...(preview === undefined ? {} : { detail: plainLine(preview.trim(), longestPreview) }),
    value,
  };
}

/** What is in no file. */
export function wordsFor(kind: Attachment['kind']): string {
  return kind === 'test' ? 'Test output' : 'Terminal output';
}

/** As a goal names it. */
export function placeOf(attachment: Attachment, file: string | undefined): string {
  if (file === undefined) {
    return attachment.name === undefined ? `the ${wordsFor(attachment.kind).toLowerCase()}` : `the ${attachment.name}`;
  }
  const lines = linesOf(attachment);
  // A file can be called anything, and a goal is trusted: its name stays on one line.
  const place = `${file === '' ? 'the repository' : plainLine(file, longestName)}${lines === '' ? '' : `, ${lines}`}`;
  return attachment.name === undefined ? place : `the ${plainLine(attachment.name, longestName)} in ${place}`;
}

function linesOf({ startLine, endLine = startLine }: Attachment): string {
  return startLine === undefined ? '' : startLine === endLine ? `line ${startLine}` : `lines ${startLine}-${endLine}`;
}

function lastName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
