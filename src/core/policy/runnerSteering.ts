import { matchesName, type NameRule } from './nameRule.ts';

/** Files that a test runner reads or loads by itself: with one of them a change decides which tests run and what they answer. */
export const runnerNames: NameRule = {
  files: [
    'conftest.py',
    'sitecustomize.py',
    'usercustomize.py',
    'pytest.ini',
    '.pytest.ini',
    'pytest.toml',
    '.pytest.toml',
    'tox.ini',
  ],
  patterns: [
    /^(vitest|vite|jest|babel)\.config\./,
    /^vitest\.(workspace|projects)\./,
    /^\.babelrc($|\.)/,
    /^\.mocharc/,
    /^karma\.conf\./,
  ],
  // Python looks in the folder it is started in first: a module or package there takes the place of the runner itself.
  paths: [/^(unittest|_?pytest)([./]|$)/],
};

/** Names that steer a runner as well, and are protected for another reason already. */
const alsoSteering: NameRule = {
  directories: ['node_modules', '.cargo'],
  files: ['package.json', 'build.rs', 'setup.cfg', 'pyproject.toml'],
};

/** True for a path, relative to the root of the repository, whose content can decide what a test runner runs or answers. */
export function steersTests(path: string): boolean {
  return matchesName(runnerNames, path) || matchesName(alsoSteering, path);
}
