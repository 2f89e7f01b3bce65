import type { Sha256 } from '../../base/hash.ts';

/** Names exactly this change of exactly this base: what is proved, voted on and approved. 64 hexadecimal digits. */
export function changesetHash(baseTree: string, resultTree: string, sha256: Sha256): string {
  return sha256(`changeset ${baseTree} ${resultTree}\n`);
}
