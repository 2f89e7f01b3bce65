import { artifactsOf } from '../../core/trace/artifactsOf.ts';
import { type BadLine, type Checkpoint, incompleteLine, type Verification } from '../../core/trace/hashChain.ts';
import { openEnvelope } from '../../core/trace/signedEnvelope.ts';
import { type ChangesetStatement, StatementCollector } from '../../core/trace/changesetStatement.ts';
import type { TraceEvent } from '../../core/trace/traceEvent.ts';
import { getArtifactFile } from './artifactFiles.ts';
import { readTraceFile, type TraceSource } from './readTraceFile.ts';
import { sha256 } from './sha256.ts';
import type { TaskFiles } from './taskFiles.ts';

export interface TraceVerification extends Verification {
  /** Place of the last good line. */
  readonly head?: Checkpoint;
}

interface NamedPayload {
  readonly line: number;
  readonly sha256: string;
  /** What a statement in this payload must say, as of the line that names it. */
  readonly statement?: { readonly hash: string; readonly expected: ChangesetStatement | undefined };
}

/**
 * Verifies a trace with its payloads and statements; it may be written to at the same time. A payload is looked at once, whatever
 * names it. Throws what reading throws.
 */
export async function verifyTraceFile(
  source: TraceSource & { readonly files: Pick<TaskFiles, 'trace' | 'head' | 'unsignedHead' | 'artifacts'> },
): Promise<TraceVerification> {
  const named = new Map<string, NamedPayload>();
  const hashes: string[] = [];
  const collector = new StatementCollector(sha256);
  const reading = await readTraceFile(source, (event) => {
    for (const payload of payloadsOf(event, collector)) {
      if (!named.has(payload.sha256) || payload.statement !== undefined) {
        named.set(payload.sha256, payload);
      }
    }
    collector.add(event);
    if (event.seq > 0) {
      hashes.push(event.prev);
    }
  });
  const { events, head, torn } = reading;
  const older = reading.firstBad?.version === 'older' ? reading.firstBad : undefined;
  const broken = torn.length > 0 ? { line: events + 1, reason: incompleteLine } : reading.firstBad;
  const firstBad = older ?? (await badPayload(source, [...named.values()], hashes)) ?? broken;
  const known = head === undefined ? {} : { head };
  return { ok: firstBad === undefined, events, ...known, ...(firstBad === undefined ? {} : { firstBad }) };
}

function payloadsOf(event: TraceEvent, collector: StatementCollector): readonly NamedPayload[] {
  return artifactsOf(event).map(({ sha256: hash }) => ({
    line: event.seq + 1,
    sha256: hash,
    ...(event.type === 'statement-signed'
      ? { statement: { hash: event.data.hash, expected: collector.statement() } }
      : {}),
  }));
}

/** The first in the order of lines. `hashes` are those of all lines but the last. */
async function badPayload(
  { files, key }: TraceSource & { readonly files: Pick<TaskFiles, 'artifacts'> },
  named: readonly NamedPayload[],
  hashes: readonly string[],
): Promise<BadLine | undefined> {
  for (const { line, sha256: hash, statement } of [...named].sort((a, b) => a.line - b.line)) {
    const found = await getArtifactFile(files.artifacts, hash);
    if (found.kind !== 'whole') {
      const what = found.kind === 'missing' ? 'is missing' : 'is no longer what was kept';
      return { line, reason: `the line is whole, but the payload ${hash} that it names ${what}` };
    }
    const before = hashes.slice(0, line - 1);
    const wrong = statement === undefined ? undefined : wrongStatement(found.bytes, statement, before, key);
    if (wrong !== undefined) {
      return { line, reason: `the statement that it names ${wrong}` };
    }
  }
  return undefined;
}

function wrongStatement(
  bytes: Uint8Array,
  { hash, expected }: NonNullable<NamedPayload['statement']>,
  before: readonly string[],
  key: TraceSource['key'],
): string | undefined {
  const opened = openEnvelope(new TextDecoder().decode(bytes), { key, sha256 });
  if (!opened.ok) {
    return opened.error;
  }
  const { subject, predicate } = opened.value;
  // Another line may have come between its making and its own line: the head that it names must only be one of those before.
  const { lines, head } = predicate.trace;
  const holds =
    subject[0].digest.sha256 === hash &&
    before[lines - 1] === head &&
    JSON.stringify(opened.value) === JSON.stringify(withTrace(expected, predicate.trace));
  return holds ? undefined : 'does not say what the lines before it say';
}

function withTrace(
  statement: ChangesetStatement | undefined,
  trace: ChangesetStatement['predicate']['trace'],
): ChangesetStatement | undefined {
  return statement === undefined ? undefined : { ...statement, predicate: { ...statement.predicate, trace } };
}
