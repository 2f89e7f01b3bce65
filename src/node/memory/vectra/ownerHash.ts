/** 32 bits of an owner's name, all of them stirred. Stands on disk by way of the shards: it never changes. */
export function ownerHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** `shards` is a power of two. Doubling them splits each in two and mixes none. */
export function shardOf(hash: number, shards: number): number {
  return (hash & (shards - 1)) >>> 0;
}
