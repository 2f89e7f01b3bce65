import { encodeBase64 } from '../../base/base64.ts';
import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import { artifactsOf } from '../../core/trace/artifactsOf.ts';
import type { Verification } from '../../core/trace/hashChain.ts';
import type { TraceFile } from './openTrace.ts';

/**
 * One task's trace as objects, in order: its events as they stand in the file, and after the first that names it each payload kept
 * beside the trace, by its hash, with `content` also what is in it. What the check of the trace said is the answer.
 */
export function exportJson(
  trace: TraceFile,
  content: boolean,
  onLine: (line: object) => void,
): Promise<Result<Verification, Failure>> {
  const named = new Set<string>();
  return trace.read(async (events) => {
    for (const event of events) {
      const { v, seq, ts, type, actor, data, prev } = event;
      onLine({ type: 'event', task: trace.task, v, seq, ts, actor, event: type, data, prev });
      for (const artifact of artifactsOf(event).filter(({ sha256 }) => !named.has(sha256))) {
        named.add(artifact.sha256);
        onLine({ type: 'artifact', ...artifact, ...(content ? await contentOf(trace, artifact.sha256) : {}) });
      }
    }
    return true;
  });
}

async function contentOf(trace: TraceFile, sha256: string): Promise<object> {
  const bytes = await trace.artifact(sha256);
  if (bytes === undefined) {
    return { missing: true };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { base64: encodeBase64(bytes) };
  }
}
