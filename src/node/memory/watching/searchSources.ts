import { parsePaths } from '../../repository/gitOutput.ts';
import { streamGit } from '../../repository/git.ts';
import { callOn, type GitTruth } from './gitTruth.ts';

/**
 * Files that hold all of these texts, in capitals or not, at most so many: Git reads the working tree, 50,000 files in half a second.
 * Empty where Git says nothing in time.
 */
export async function searchSources(
  truth: GitTruth,
  texts: readonly string[],
  most: number,
  signal: AbortSignal,
): Promise<string[]> {
  const patterns = texts.flatMap((text) => ['-e', text]);
  const words = ['grep', '-l', '-z', '-I', '-i', '-F', '--untracked', '--all-match', ...patterns, '--', '.'];
  const stream = streamGit(callOn(truth, words, { expectedExitCodes: [0, 1] }), signal);
  const found: string[] = [];
  let rest: Buffer = Buffer.alloc(0);
  stream.stdout.on('data', (chunk: Buffer) => {
    const bytes = Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(0);
    found.push(...parsePaths(bytes.subarray(0, end + 1)).flatMap(({ path }) => (path === null ? [] : [path])));
    rest = bytes.subarray(end + 1);
    if (found.length >= most) {
      stream.stop();
    }
  });
  await stream.ended;
  return found.slice(0, most);
}
