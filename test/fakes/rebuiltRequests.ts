import { createHash } from 'node:crypto';
import { type ReadArtifact, rebuildRequests } from '../../src/core/agents/rebuildRequest.ts';
import type { TraceEvent } from '../../src/core/trace/traceEvent.ts';

export interface RebuiltTrace {
  /** Requests that were asked. */
  readonly asked: number;
  /** Those that the trace does not make again byte by byte, and why. */
  readonly different: readonly string[];
}

/** Makes every request of a trace again from its events and compares it with the hash of the one that was kept. */
export async function rebuildTrace(events: readonly TraceEvent[], readArtifact: ReadArtifact): Promise<RebuiltTrace> {
  const different: string[] = [];
  let rebuilt = 0;
  for await (const { seq, asked, request } of rebuildRequests(events, readArtifact)) {
    rebuilt += 1;
    const bytes = request.ok ? JSON.stringify(request.value) : '';
    if (createHash('sha256').update(bytes).digest('hex') !== asked.request.sha256) {
      const kept = new TextDecoder().decode(await readArtifact(asked.request.sha256));
      different.push(`event ${seq}: ${request.ok ? differenceOf(bytes, kept) : request.error.message}`);
    }
  }
  const asked = events.filter((event) => event.type === 'model-asked').length;
  return { asked, different: rebuilt === asked ? different : [...different, `${rebuilt} of ${asked} were rebuilt`] };
}

function differenceOf(one: string, other: string): string {
  const at = Array.from(one).findIndex((character, index) => character !== other[index]);
  return `at ${at}: ${one.slice(Math.max(0, at - 40), at + 80)} | ${other.slice(Math.max(0, at - 40), at + 80)}`;
}
