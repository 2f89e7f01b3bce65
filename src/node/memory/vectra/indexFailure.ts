import { errorText, failure } from '../../../base/failure.ts';
import type { VectorIndexFailure } from '../../../core/memory/vectorIndex.ts';

const full = ['ENOSPC', 'EDQUOT', 'EFBIG'];
const denied = ['EACCES', 'EPERM', 'EROFS'];

/** What the file system refused, as a failure of the index; `doing` is said in the message. */
export function indexFailure(thrown: unknown, doing: string, path: string): VectorIndexFailure {
  const code = errorCode(thrown) ?? '';
  if (full.includes(code)) {
    return failure('no-space', `Cannot ${doing} ${path}: the disk is full (${code}); free some space, then try again.`);
  }
  if (denied.includes(code)) {
    const wayOut = 'give your user write access to the folder';
    return failure('read-only', `Cannot ${doing} ${path}: it cannot be written (${code}); ${wayOut}, then try again.`);
  }
  return failure('failed', `Cannot ${doing} ${path} (${errorText(thrown)}); look at the folder, then try again.`);
}

/** The code of a file system error (`ENOENT`), undefined for anything else that was thrown. */
export function errorCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
}
