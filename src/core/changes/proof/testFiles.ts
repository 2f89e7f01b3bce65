const testFolders: ReadonlySet<string> = new Set(['test', 'tests', '__tests__', 'spec']);

const testNames: readonly RegExp[] = [/\.(test|spec)\.[^.]+$/, /^test_.*\.py$/, /_test\.(py|go)$/];

/** True for a path, relative to the root of the repository, that by its name or folder is one of the tests. */
export function isTestFile(path: string): boolean {
  const folders = path.toLowerCase().split('/');
  const name = folders.pop() ?? '';
  return folders.some((folder) => testFolders.has(folder)) || testNames.some((pattern) => pattern.test(name));
}
