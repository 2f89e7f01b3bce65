import type { CodeCommit } from '../window/workspaceCode.ts';

/** What menus of the editor call commands with: nothing of it is ours, so all of it is looked at first. */

/** Absolute paths of an explorer entry, or of all that are selected where it is one of them. */
export function explorerPaths(argument: unknown, more: readonly unknown[]): readonly string[] {
  const clicked = filePath(argument);
  const [all] = more;
  const selected = Array.isArray(all) ? all.map(filePath).filter((path) => path !== undefined) : [];
  return clicked === undefined || selected.includes(clicked) ? selected : [clicked];
}

/** The line number of a gutter, from 1, and the file it is of. */
export function gutterLine(argument: unknown): { readonly path: string; readonly line: number } | undefined {
  const [path, line] = [filePath(field(argument, 'uri')), field(argument, 'lineNumber')];
  return path === undefined || typeof line !== 'number' || !Number.isInteger(line) || line < 1
    ? undefined
    : { path, line };
}

/** Absolute paths of changed files: each value is a file of a source control, or a group of them. */
export function changedPaths(values: readonly unknown[]): readonly string[] {
  const paths = values.flatMap((value): readonly string[] => {
    const states: unknown = field(value, 'resourceStates');
    const path = filePath(field(value, 'resourceUri'));
    return Array.isArray(states) ? changedPaths(states) : path === undefined ? [] : [path];
  });
  return [...new Set(paths)];
}

/** A commit of a file's timeline: a row of the Git extension, which holds its hash and its subject. */
export function commitOf(argument: unknown): CodeCommit | undefined {
  const [ref, label] = [field(argument, 'ref'), field(argument, 'label')];
  return typeof ref === 'string' && /^[0-9a-f]{40,64}$/.test(ref)
    ? { hash: ref, subject: typeof label === 'string' ? label : '' }
    : undefined;
}

/** Absolute path of the repository that a source control or its title stands for. */
export function repositoryPath(argument: unknown): string | undefined {
  return filePath(field(argument, 'rootUri'));
}

function filePath(value: unknown): string | undefined {
  const path = field(value, 'scheme') === 'file' ? field(value, 'fsPath') : undefined;
  return typeof path === 'string' && path !== '' ? path : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
