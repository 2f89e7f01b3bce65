export type FindingSeverity = 'error' | 'warning' | 'note';

/** Lines and UTF-16 characters from 0. The end is exclusive; an `endCharacter` that is left out is the end of `endLine`. */
export interface FindingRegion {
  readonly startLine: number;
  readonly startCharacter: number;
  readonly endLine: number;
  readonly endCharacter?: number | undefined;
}

/** Text in place of a region of one file. */
export interface FindingReplacement {
  readonly path: string;
  readonly region: FindingRegion;
  readonly text: string;
}

/** What a tool says of a place in a file. All of it was written by others: it is shown as plain text, and told to agents as data. */
export interface ReportedFinding {
  readonly rule: string;
  readonly severity: FindingSeverity;
  readonly message: string;
  /** Inside the repository, with `/`. */
  readonly path: string;
  readonly region: FindingRegion;
  /** The first fix that the tool suggests; none where a part of it lies outside the repository. */
  readonly fix?: readonly FindingReplacement[] | undefined;
}
