/** Permission bits of a file that is to be executable or not: who may read it may then run it. */
export function withExecutable(permissions: number, executable: boolean): number {
  return executable ? permissions | ((permissions & 0o444) >> 2) : permissions & ~0o111;
}
