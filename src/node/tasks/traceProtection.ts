import type { NoteTools } from '../../core/trace/checkpointNote.ts';
import type { Redactor } from '../../core/trace/redactor.ts';
import type { SigningKey } from '../../core/trace/signingKey.ts';
import { sha256 } from './sha256.ts';

/** What keeps the traces of a workspace honest: who signs them, under which name, and what no line of them may hold. */
export interface TraceProtection {
  /** Id of the workspace, part of each trace's name. */
  readonly workspace: string;
  readonly key: SigningKey;
  readonly redactor: Redactor;
}

export function noteTools({ key }: Pick<TraceProtection, 'key'>): NoteTools {
  return { key, sha256 };
}
