import type { QuotedLines } from '../../base/quotedLines.ts';

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
  readonly tool: string;
  readonly rule: string;
  readonly severity: FindingSeverity;
  readonly message: string;
  /** Inside the repository, with `/`. */
  readonly path: string;
  readonly region: FindingRegion;
  /** The first fix that the tool suggests; none where a part of it lies outside the repository. */
  readonly fix?: readonly FindingReplacement[] | undefined;
  /** Why somebody put it aside in the file that it comes from. */
  readonly suppressed?: string | undefined;
}

/** A replacement with what stood there when it was suggested: it is made only where exactly that stands. */
export interface AnchoredReplacement extends FindingReplacement {
  readonly quote: QuotedLines;
  readonly oldText: string;
}

/** A finding as it is kept, with the lines that it was about. */
export interface Finding extends Omit<ReportedFinding, 'fix' | 'suppressed'> {
  /** The same for the same words on the same lines, wherever these moved to. */
  readonly id: string;
  /** Absent where the file could not be read, or has no such lines. */
  readonly quote?: QuotedLines | undefined;
  readonly fix?: readonly AnchoredReplacement[] | undefined;
  /** The task whose agent reported it. */
  readonly task?: string | undefined;
}
