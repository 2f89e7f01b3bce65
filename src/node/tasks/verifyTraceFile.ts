import { readFile } from 'node:fs/promises';
import { type Verification, verifyLines } from '../../core/trace/hashChain.ts';
import { readHead } from './headFile.ts';
import { sha256 } from './sha256.ts';

export interface FileVerification extends Verification {
  /** False where no head was kept, so that a cut at the end and an edit of the last line cannot be found. */
  readonly anchored: boolean;
}

/** Verifies a trace that may be written to at the same time. Throws what reading throws. */
export async function verifyTraceFile(paths: {
  readonly trace: string;
  readonly head: string;
}): Promise<FileVerification> {
  // The head is read first: what it names is in the trace by then.
  const head = await readHead(paths.head);
  const verification = verifyLines(await readFile(paths.trace), sha256, head);
  return { ...verification, anchored: head !== undefined };
}
