import { runGit } from '../../../src/node/repository/git.ts';
import { parseTreeEntries } from '../../../src/node/repository/gitOutput.ts';

export const signal = new AbortController().signal;

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** Bigger files are data. */
const mostBytes = 512 * 1024;

export async function git(root: string, words: readonly string[], input?: string): Promise<Buffer> {
  const answer = await runGit(
    {
      directory: root,
      arguments: words,
      maxOutputBytes: 2 ** 30,
      deadlineMs: 600_000,
      ...(input === undefined ? {} : { input: Buffer.from(input) }),
    },
    signal,
  );
  if (!answer.ok) {
    throw new Error(answer.error.message);
  }
  return answer.value.stdout;
}

/** Texts of the tree of a commit. What is binary, huge, empty or a link is left out. */
export async function textsAt(root: string, commit: string): Promise<readonly TextFile[]> {
  const entries = parseTreeEntries(await git(root, ['ls-tree', '-r', '-l', '-z', commit]));
  if (!entries.ok) {
    throw new Error(entries.error.message);
  }
  const wanted = entries.value.flatMap(({ path, mode, id, size }) =>
    path !== null && mode.startsWith('100') && size !== null && size <= mostBytes ? [{ path, id }] : [],
  );
  const output = await git(root, ['cat-file', '--batch'], wanted.map(({ id }) => `${id}\n`).join(''));
  const files: TextFile[] = [];
  let at = 0;
  for (const { path } of wanted) {
    const lineEnd = output.indexOf(0x0a, at);
    const size = Number(output.toString('latin1', at, lineEnd).split(' ')[2]);
    const bytes = output.subarray(lineEnd + 1, lineEnd + 1 + size);
    at = lineEnd + 1 + size + 1;
    const text = bytes.toString('utf8');
    if (!bytes.subarray(0, 8_000).includes(0) && text.trim() !== '') {
      files.push({ path, text });
    }
  }
  return files;
}
