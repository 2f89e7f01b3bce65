import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { z } from 'zod';
import { withDeadline } from '../../base/async.ts';
import { engineDeadlines } from '../../core/sandbox/budgets.ts';
import { engineCall } from './engineCall.ts';

/** Milliseconds for news of memory, which may come after the end itself. */
const lateNews = 300;
/** Nanoseconds between a kill for want of memory and the end of the box that it explains: giving 4 GiB back took gVisor 5 s. */
const relatedNanoseconds = 30e9;

const engineEvent = z.object({ Action: z.string(), timeNano: z.number() });

export interface EndNews {
  readonly engineAnswers: boolean;
  readonly outOfMemory: boolean;
}

/**
 * Asks the engine what it noticed when a box ended. It keeps its last 256 events, so this is asked once, after the end, and no stream is
 * held open while boxes live. Memory is told by an event alone: the exit code of a kill is the same for all, and the container is gone.
 */
export async function askHowItEnded(docker: Docker, id: string): Promise<EndNews> {
  const never = new AbortController().signal;
  const asked = await engineCall(
    { what: 'Asking how a sandbox ended', deadline: engineDeadlines.end, signal: never, reason: 'engine-unavailable' },
    async (abortSignal) => {
      const options = { since: 1, filters: { container: [id], event: ['oom', 'die'] }, abortSignal };
      return docker.getEvents(options);
    },
  );
  if (!asked.ok) {
    return { engineAnswers: asked.error.reason !== 'engine-unavailable', outOfMemory: false };
  }
  return { engineAnswers: true, outOfMemory: await readOutOfMemory(asked.value) };
}

/** Reads until the end of the box is seen and no more is to be expected. */
async function readOutOfMemory(stream: NodeJS.ReadableStream & Partial<Pick<Readable, 'destroy'>>): Promise<boolean> {
  let memory: number | undefined;
  let end: number | undefined;
  const lines = createInterface({ input: stream });
  const read = async (): Promise<void> => {
    for await (const line of lines) {
      const event = engineEvent.safeParse(parseJson(line)).data;
      memory = event?.Action === 'oom' ? event.timeNano : memory;
      end = event?.Action === 'die' ? event.timeNano : end;
      if (memory !== undefined && end !== undefined) {
        return;
      }
    }
  };
  const reading = read();
  await withDeadline(lateNews, new AbortController().signal, 'News of memory', () => reading);
  lines.close();
  stream.destroy?.();
  return memory !== undefined && (end === undefined || Math.abs(end - memory) < relatedNanoseconds);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // The schema refuses it.
    return undefined;
  }
}
