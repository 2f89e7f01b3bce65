import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { Finding } from './finding.ts';

/** What is kept of a workspace's findings, apart from it. */
export interface FindingBook {
  /** Those that were imported; what agents reported stands in the traces of their tasks. */
  readonly imported: readonly Finding[];
  /** Why findings were put aside, by their ids; of findings that are gone, too: they may come back. */
  readonly dismissed: Readonly<Record<string, string>>;
}

export interface FindingStore {
  /** What cannot be read is set aside, and told in `problem`. */
  read(): Promise<{ readonly book: FindingBook; readonly problem?: string }>;
  write(book: FindingBook): Promise<Result<void, Failure>>;
}

/** Reasons that are kept of findings that are gone. */
const mostDismissed = 20_000;

/** With a tool's findings in place of its earlier ones. */
export function withImported(book: FindingBook, tools: readonly string[], findings: readonly Finding[]): FindingBook {
  return { ...book, imported: [...book.imported.filter(({ tool }) => !tools.includes(tool)), ...findings] };
}

/** Undefined takes the reason back. */
export function withDismissed(book: FindingBook, reasons: Readonly<Record<string, string | undefined>>): FindingBook {
  const entries = Object.entries({ ...book.dismissed, ...reasons });
  const kept = entries.filter((entry): entry is [string, string] => entry[1] !== undefined).slice(-mostDismissed);
  return { ...book, dismissed: Object.fromEntries(kept) };
}
