/** A shard's file is not what this version wrote there. Thrown through the library, which knows no results. */
export class LostShardError extends Error {}
