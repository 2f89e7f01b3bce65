import { type BadLine, type Checkpoint, incompleteLine, type Verification } from '../../core/trace/hashChain.ts';
import { openEnvelope } from '../../core/trace/signedEnvelope.ts';
import { StatementCollector } from '../../core/trace/changesetStatement.ts';
import type { TraceEvent, TraceEventData } from '../../core/trace/traceEvent.ts';
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
  /** What a statement in this payload must say, as of its own line. */
  readonly statement?: { readonly hash: string; readonly expected: unknown };
}

/**
 * Verifies a trace with its payloads and statements; it may be written to at the same time. A payload is looked at once, whatever
 * names it. Throws what reading throws.
 */
export async function verifyTraceFile(
  source: TraceSource & { readonly files: Pick<TaskFiles, 'trace' | 'head' | 'artifacts'> },
): Promise<TraceVerification> {
  const named = new Map<string, NamedPayload>();
  const collector = new StatementCollector(sha256);
  const reading = await readTraceFile(source, (event) => {
    const payload = payloadOf(event, collector);
    if (payload !== undefined && (!named.has(payload.sha256) || payload.statement !== undefined)) {
      named.set(payload.sha256, payload);
    }
    collector.add(event);
  });
  const { events, head, torn } = reading;
  const broken = torn.length > 0 ? { line: events + 1, reason: incompleteLine } : reading.firstBad;
  const firstBad = (await badPayload(source, [...named.values()])) ?? broken;
  const known = head === undefined ? {} : { head };
  return { ok: firstBad === undefined, events, ...known, ...(firstBad === undefined ? {} : { firstBad }) };
}

function payloadOf(event: TraceEvent, collector: StatementCollector): NamedPayload | undefined {
  const line = event.seq + 1;
  switch (event.type) {
    case 'model-asked':
      return { line, sha256: event.data.request.sha256 };
    case 'tool-returned':
    case 'context-added':
      return event.data.artifact === undefined ? undefined : { line, sha256: event.data.artifact.sha256 };
    case 'statement-signed':
      return stated(line, event.data, collector);
    default:
      return undefined;
  }
}

function stated(
  line: number,
  { hash, artifact }: TraceEventData<'statement-signed'>,
  collector: StatementCollector,
): NamedPayload {
  return { line, sha256: artifact.sha256, statement: { hash, expected: collector.statement() } };
}

/** The first in the order of lines. */
async function badPayload(
  { files, key }: TraceSource & { readonly files: Pick<TaskFiles, 'artifacts'> },
  named: readonly NamedPayload[],
): Promise<BadLine | undefined> {
  for (const { line, sha256: hash, statement } of [...named].sort((a, b) => a.line - b.line)) {
    const found = await getArtifactFile(files.artifacts, hash);
    if (found.kind !== 'whole') {
      const what = found.kind === 'missing' ? 'is missing' : 'is no longer what was kept';
      return { line, reason: `the line is whole, but the payload ${hash} that it names ${what}` };
    }
    const wrong = statement === undefined ? undefined : wrongStatement(found.bytes, statement, key);
    if (wrong !== undefined) {
      return { line, reason: `the statement that it names ${wrong}` };
    }
  }
  return undefined;
}

function wrongStatement(
  bytes: Uint8Array,
  { hash, expected }: NonNullable<NamedPayload['statement']>,
  key: TraceSource['key'],
): string | undefined {
  const opened = openEnvelope(new TextDecoder().decode(bytes), { key, sha256 });
  if (!opened.ok) {
    return opened.error;
  }
  const { subject } = opened.value;
  return subject[0].digest.sha256 === hash && JSON.stringify(opened.value) === JSON.stringify(expected)
    ? undefined
    : 'does not say what the lines before it say';
}
