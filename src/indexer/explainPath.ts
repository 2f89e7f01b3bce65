import type { ExplainedPath } from '../protocol/memory.ts';
import { skipWords } from '../protocol/memoryWords.ts';
import type { OpenIndex } from './openIndex.ts';

/** Why a path is in the index, or is not. */
export async function explainPath({ database, files, watcher }: OpenIndex, path: string): Promise<ExplainedPath> {
  const read = database.read(() => ({
    file: files.knownFile(path),
    chunks: files.chunksOf(path).length,
    isForgotten: files.isForgotten(path),
  }));
  if (!read.ok) {
    return { path, state: 'unknown', text: read.error.message, chunks: 0 };
  }
  const { file, chunks, isForgotten } = read.value;
  if (isForgotten) {
    const text = 'You had it forgotten; `nightshift index --rebuild` takes it in again.';
    return { path, state: 'forgotten', text, chunks: 0 };
  }
  if (file !== undefined) {
    const note = file.problem === undefined ? '' : ` Read as plain text: ${file.problem}.`;
    return { path, state: 'indexed', text: `${file.language}, ${file.kind}.${note}`, chunks };
  }
  const reason = await watcher.explain(path);
  if (reason === undefined) {
    return { path, state: 'waiting', text: 'It will be indexed soon.', chunks: 0 };
  }
  const text = reason === 'missing' ? 'There is no such file here.' : skipWords[reason].one;
  return { path, state: 'skipped', text, chunks: 0 };
}
