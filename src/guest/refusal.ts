import { errorText } from '../base/failure.ts';
import { fail, type Result } from '../base/result.ts';
import type { GuestError } from '../protocol/guest.ts';

/** An answer of the guest, or why it refuses. */
export type Answer<T> = Result<T, GuestError>;

export function refuse(
  reason: GuestError['reason'],
  message: string,
): { readonly ok: false; readonly error: GuestError } {
  return fail({ reason, message });
}

/** What the operating system answered, in the words of the protocol. */
export function refuseErrno(thrown: unknown, path: string): { readonly ok: false; readonly error: GuestError } {
  switch (errnoOf(thrown)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return refuse('not-found', `"${path}" does not exist; look for it with list_files.`);
    case 'EISDIR':
      return refuse('not-a-file', `"${path}" is a directory.`);
    case 'ELOOP':
      return refuse('is-link', `"${path}" is a symbolic link; use the path it points to.`);
    case 'EEXIST':
      return refuse('exists', `"${path}" exists already.`);
    case 'ENAMETOOLONG':
      return refuse('invalid-request', `"${path.slice(0, 80)}…" has a name that is too long; use a shorter one.`);
    case 'ENOSPC':
      return refuse('no-space', 'The workspace is full; delete files that are not needed.');
    default:
      return refuse('failed', `"${path}": ${errorText(thrown)}`);
  }
}

export function errnoOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
}
