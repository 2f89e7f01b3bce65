/** A commit as the memory keeps it; merges are left out. */
export interface CommitFact {
  readonly id: string;
  /** Name and address as `git log` gives them with the mailmap. */
  readonly author: string;
  /** Seconds since 1970, of the commit, not of its first writing. */
  readonly time: number;
  readonly subject: string;
  /** Without trailers; empty where there is none. */
  readonly body: string;
  /** Paths that it changed; renames as removal and addition. */
  readonly files: readonly string[];
}
