import type { TreeView } from './detectTests.ts';
import { pytest, unittest } from './instrument.ts';
import type { TestCommand } from './testCommand.ts';

const readFiles = 40;
const testFile = /(?:^|\/)(?:test[^/]*|[^/]+_test)\.py$/;
const ignoredFolder = /(?:^|\/)(?:\.[^/]+|venv|node_modules|build|dist|site-packages)\//;

/** Sections that say a project is tested with pytest. */
const pytestSettings: Readonly<Record<string, RegExp>> = {
  'pytest.ini': /^/,
  '.pytest.ini': /^/,
  'pyproject.toml': /^\[tool\.pytest/m,
  'setup.cfg': /^\[tool:pytest\]/m,
  'tox.ini': /^\[pytest\]/m,
};

/** pytest where its settings, a `conftest.py` or a test file speak of it; unittest where only that is used. */
export async function detectPythonTests(files: TreeView): Promise<TestCommand | undefined> {
  const tests = files.list().filter((path) => testFile.test(path) && !ignoredFolder.test(path));
  if (tests.length === 0) {
    return undefined;
  }
  const texts = await Promise.all(tests.slice(0, readFiles).map(async (path) => files.read(path)));
  const uses = (pattern: RegExp): boolean => texts.some((text) => text !== null && pattern.test(text));
  const found = (await hasPytestSettings(files)) || uses(/^\s*(?:import|from)\s+pytest\b/m);
  if (found) {
    return withSourceFolder(pytest(['-q']), files);
  }
  if (uses(/^\s*(?:import|from)\s+unittest\b/m)) {
    return withSourceFolder(unittestFor(tests, files), files);
  }
  return uses(/^(?:async\s+)?def\s+test\w*\s*\(/m) ? withSourceFolder(pytest(['-q']), files) : undefined;
}

async function hasPytestSettings(files: TreeView): Promise<boolean> {
  if (files.list().some((path) => /(?:^|\/)conftest\.py$/.test(path) && !ignoredFolder.test(path))) {
    return true;
  }
  const settings = await Promise.all(
    Object.entries(pytestSettings).map(async ([path, pattern]) => {
      const text = files.has(path) ? await files.read(path) : null;
      return text !== null && pattern.test(text);
    }),
  );
  return settings.includes(true);
}

/** Discovery goes into packages only, so a folder of tests that is none is named as the place to start. */
function unittestFor(tests: readonly string[], files: TreeView): TestCommand {
  const named = tests.filter((path) => /(?:^|\/)test[^/]*\.py$/.test(path));
  const pattern = named.length > 0 ? [] : ['-p', '*_test.py'];
  const folders = [...new Set((named.length > 0 ? named : tests).map(folderOf))];
  const loose = folders.filter((folder) => folder !== '' && !isPackage(folder, files)).toSorted();
  const start = folders.length === loose.length ? loose[0] : undefined;
  const left = loose.filter((folder) => folder !== start && (start === undefined || !folder.startsWith(`${start}/`)));
  const notes = left.map((folder) => `Tests in ${folder} are not found by unittest: the folder is no package.`);
  const command = unittest(['discover', ...(start === undefined ? [] : ['-s', start]), ...pattern]);
  return notes.length > 0 ? { ...command, notes } : command;
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

function isPackage(folder: string, files: TreeView): boolean {
  const parts = folder.split('/');
  return parts.every((_, index) => files.has(`${parts.slice(0, index + 1).join('/')}/__init__.py`));
}

/** A project with a `src` folder is tested as if it were installed. */
function withSourceFolder(command: TestCommand, files: TreeView): TestCommand {
  const hasSource = files.list().some((path) => path.startsWith('src/') && path.endsWith('.py'));
  return hasSource
    ? { ...command, environment: { ...command.environment, PYTHONPATH: '/workspace/repo/src' } }
    : command;
}
