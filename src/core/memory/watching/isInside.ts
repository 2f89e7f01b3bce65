/** Whether a path that somebody names is one of a file below the root. */
export function isInside(path: string): boolean {
  return !path.includes('\0') && path.split('/').every((step) => step !== '' && step !== '.' && step !== '..');
}
