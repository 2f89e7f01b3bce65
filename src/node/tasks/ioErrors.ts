import { errorText } from '../../base/failure.ts';

/** The code of a file system error (`ENOENT`), undefined for anything else that was thrown. */
export function errorCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
}

export function isMissing(thrown: unknown): boolean {
  return errorCode(thrown) === 'ENOENT';
}

/** What failed with which file, and the way out, in one line. */
export function describeIoError(thrown: unknown, doing: string, path: string): string {
  const code = errorCode(thrown);
  const known = code === undefined ? undefined : waysOut[code];
  const [what, wayOut] = known ?? [
    errorText(thrown),
    'see that the folder is there, on a disk that works, and writable',
  ];
  return `Cannot ${doing} ${path}: ${what}; ${wayOut}, then try again.`;
}

const waysOut: Readonly<Record<string, readonly [what: string, wayOut: string]>> = {
  ENOSPC: ['the disk is full (ENOSPC)', 'free some space'],
  EDQUOT: ['the disk quota is used up (EDQUOT)', 'free some space'],
  EFBIG: ['the file may not grow further (EFBIG)', 'raise the file size limit'],
  EACCES: ['access is denied (EACCES)', 'give your user write access to the folder'],
  EPERM: ['access is denied (EPERM)', 'give your user write access to the folder'],
  EROFS: ['the disk is mounted read-only (EROFS)', 'mount it writable, or set NIGHTSHIFT_HOME to another folder'],
  EIO: ['the disk reports an error (EIO)', 'check the disk'],
  EMFILE: ['too many files are open (EMFILE)', 'raise the limit of open files'],
};
