/** Line and column count from 1. */
export interface FailurePlace {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** Where the repository is in a sandbox. */
const repositoryFolder = '/workspace/repo/';

/** `path:line` or `path:line:column`, as stacks and messages of the runners have it. */
const frame = /(?:file:\/\/)?([\w@.+~/-]*[\w-]\.\w{1,8}):(\d{1,7})(?::(\d{1,5}))?/g;

/** The first place in the words of a failure that is in the file of the test; undefined where they tell of none. */
export function failurePlace(message: string, file: string | undefined): FailurePlace | undefined {
  if (file === undefined) {
    return undefined;
  }
  for (const [, path = '', line, column] of message.matchAll(frame)) {
    const own = path.startsWith(repositoryFolder) ? path.slice(repositoryFolder.length) : path;
    // Go names a file by its last part alone.
    const isIt = own === file || (!own.includes('/') && file.endsWith(`/${own}`));
    if (isIt && Number(line) > 0) {
      return { path: file, line: Number(line), column: Math.max(1, Number(column ?? 1)) };
    }
  }
  return undefined;
}
