/** What provisioning found or made of one part. `fix` says what the user can do when it is missing. */
export interface PartStatus {
  readonly name: PartName;
  /** `ready`: it was there and nothing was changed. `installed`: this call put it there. `missing`: it cannot be used. */
  readonly status: 'ready' | 'installed' | 'missing';
  /** One line: version and place, or what went wrong. */
  readonly detail: string;
  /** One line that names the way out; empty unless something is missing or could be better. */
  readonly fix: string;
}

export const partNames = ['engine', 'otherEngines', 'browser', 'editor'] as const;
export type PartName = (typeof partNames)[number];

/** Receives progress, one line at a time. */
export type ProgressLog = (line: string) => void;
