import type { CodePlace } from './editorWindow.ts';

/** A function, class or the like. Lines count from 1, the last one included. */
export interface CodeSymbol {
  /** In words, `function` or `class`. */
  readonly kind: string;
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  /** The line that its name stands in. */
  readonly nameLine: number;
}

/** A commit of the history. */
export interface CodeCommit {
  readonly hash: string;
  /** The first line of its message. */
  readonly subject: string;
  readonly author?: string;
  /** When it was written, in milliseconds since 1970. */
  readonly time?: number;
}

/** What the editor and its language extensions know of the code of the open folders. Paths are absolute. */
export interface WorkspaceCode {
  /** A line, from 1, as though the cursor stood in it; undefined where the file cannot be read. */
  at(path: string, line: number): Promise<CodePlace | undefined>;
  /** What stands in the lines; empty where the file cannot be read. */
  text(path: string, startLine: number, endLine: number): Promise<string>;
  /** Empty where no extension knows the language. */
  symbolsOf(path: string): Promise<readonly CodeSymbol[]>;
  /** Of the whole workspace, as far as language extensions answer, and of the file on screen. */
  findSymbols(words: string): Promise<readonly CodeSymbol[]>;
  /** Files of the open folders, without those that searches leave out. */
  files(): Promise<readonly string[]>;
  isFolder(path: string): Promise<boolean>;
  /** What is not committed of a file, as a patch; empty where nothing is, or git does not know the file. */
  changesOf(path: string): Promise<string>;
  /** The newest ones of the repository that a path is in, newest first; empty where the editor knows none. */
  commits(path: string): Promise<readonly CodeCommit[]>;
  /** What a commit of the repository changed, as a patch; empty for the first of a history. */
  commitPatch(root: string, hash: string): Promise<string>;
}

const delegable: ReadonlySet<string> = new Set([
  'class',
  'constructor',
  'enum',
  'function',
  'interface',
  'method',
  'struct',
]);

/** The innermost function, class or the like around a line. */
export function symbolAround(symbols: readonly CodeSymbol[], line: number): CodeSymbol | undefined {
  return symbols
    .filter(({ kind, startLine, endLine }) => delegable.has(kind) && startLine <= line && line <= endLine)
    .sort((one, other) => one.endLine - one.startLine - (other.endLine - other.startLine))[0];
}

/** The function, class or the like whose name stands in a line. */
export function symbolNamedAt(symbols: readonly CodeSymbol[], line: number): CodeSymbol | undefined {
  const symbol = symbolAround(symbols, line);
  return symbol?.nameLine === line ? symbol : undefined;
}
