/** True for what may name an apply in a file's name: such a key can neither leave a folder nor hide in one. */
export function isApplyKey(key: string): boolean {
  return /^[a-z0-9-]{1,100}$/.test(key);
}

/** The name under which an apply writes a file beside its target; its key tells whose it is when the host was killed there. */
export function applyTemporaryName(key: string): string {
  return `.nightshift-${key}.tmp`;
}

/** True for a path that only a killed apply leaves behind. */
export function isApplyTemporary(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /^\.nightshift-[a-z0-9-]{1,100}\.tmp$/.test(name);
}
