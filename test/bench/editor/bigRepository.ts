import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lateWord, sourceOf } from './sourceOf.ts';

const author = 'Bench <bench@example.invalid>';
/** Seconds since 1970 of the first commit; the same tree has the same commits in every run. */
const began = 1_700_000_000;
const commits = 8;

export interface BigRepository {
  readonly root: string;
  /** The file that is indexed last, and a word that stands in it alone. */
  readonly late: { readonly path: string; readonly word: string };
}

/** A repository of so many small files in nine languages that import and call one another, in a few commits. */
export async function plantRepository(root: string, files: number): Promise<BigRepository> {
  mkdirSync(root, { recursive: true });
  await git(root, ['init', '-q', '-b', 'main']);
  const importing = spawn('git', ['fast-import', '--quiet'], { cwd: root, stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = once(importing, 'exit');
  let latest = '';
  for (let commit = 0; commit < commits; commit += 1) {
    const message = `Add part ${commit} of the depot`;
    const lines = [`commit refs/heads/main`, `committer ${author} ${began + commit * 86_400} +0000`];
    importing.stdin.write(`${lines.join('\n')}\ndata ${Buffer.byteLength(message)}\n${message}\n`);
    for (let at = Math.floor((files * commit) / commits); at < Math.floor((files * (commit + 1)) / commits); at += 1) {
      const { path, text } = sourceOf(at, files);
      latest = path > latest ? path : latest;
      if (!importing.stdin.write(`M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`)) {
        await once(importing.stdin, 'drain');
      }
    }
  }
  importing.stdin.end('done\n');
  await ended;
  await git(root, ['reset', '-q', '--hard', 'main']);
  // Not committed: the newest work is found as well.
  const late = 'zz/late.ts';
  mkdirSync(dirname(join(root, late)), { recursive: true });
  writeFileSync(
    join(root, late),
    `export function ${lateWord}(): string {\n  return 'the last shelf of the depot';\n}\n`,
  );
  await git(root, ['add', late]);
  await git(root, [
    '-c',
    'user.name=Bench',
    '-c',
    'user.email=bench@example.invalid',
    'commit',
    '-q',
    '-m',
    'Add the last shelf',
  ]);
  return { root, late: { path: late, word: lateWord } };
}

async function git(root: string, words: readonly string[]): Promise<void> {
  const child = spawn('git', ['-c', 'gc.auto=0', ...words], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) {
    throw new Error(`git ${words[0]} ended with ${code}.`);
  }
}
