import { execFile } from 'node:child_process';
import { access, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** What the agent is asked to do there. */
export const sampleGoal =
  'Fix the failing test: find the defect in the source, and make all tests of this project pass.';

/** The file with the failing test, in the sample. */
export const sampleTest = 'test/worklog.test.js';

/** In `.git`, where it is part of no tree: a folder is the sample wherever it was put. */
const mark = join('.git', 'nightshift-sample');

/** Nothing of the person's own settings counts: no hook runs, nothing is signed, no line end is changed. */
const settings = {
  'user.name': 'Nightshift sample',
  'user.email': 'sample@localhost',
  'commit.gpgSign': 'false',
  'core.autocrlf': 'false',
  'core.hooksPath': '/dev/null',
};

/** Copies the project at `source` to a folder that must not be there yet, as a repository with one commit. */
export async function makeSample(source: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  await cp(source, folder, { recursive: true, errorOnExist: true, force: false });
  await git(folder, 'init', '--quiet', '--initial-branch=main', '--template=');
  await git(folder, 'add', '--all');
  await git(folder, 'commit', '--quiet', '--message', 'Parse and format durations');
  await writeFile(join(folder, mark), 'new\n');
}

/** The first of `name`, `name-2`, … that is not there in a folder. */
export async function freeName(folder: string, name: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const path = join(folder, number === 1 ? name : `${name}-${number}`);
    const isTaken = await access(path).then(
      () => true,
      () => false,
    );
    if (!isTaken) {
      return path;
    }
  }
}

/** Whether a folder is the sample; `new` when it is opened for the first time. */
export async function sampleState(folder: string): Promise<'new' | 'known' | undefined> {
  const text = await readFile(join(folder, mark), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : text.trim() === 'new' ? 'new' : 'known';
}

export async function sampleSeen(folder: string): Promise<void> {
  await writeFile(join(folder, mark), 'known\n');
}

async function git(folder: string, ...words: readonly string[]): Promise<void> {
  const variables = Object.entries(process.env).filter(([name]) => !/^GIT_/i.test(name));
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  await promisify(execFile)('git', [...options, ...words], {
    cwd: folder,
    env: { ...Object.fromEntries(variables), GIT_CONFIG_NOSYSTEM: '1' },
    windowsHide: true,
  });
}
