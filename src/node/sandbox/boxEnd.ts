import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import * as z from 'zod';
import { withDeadline } from '../../base/async.ts';
import { engineDeadlines } from '../../core/sandbox/budgets.ts';
import { engineCall } from './engineCall.ts';

const never = new AbortController().signal;
/** Milliseconds for news of memory, which may come after the end itself. */
const lateNews = 300;
/** Nanoseconds between a kill for want of memory and the end of the box that it explains: giving 4 GiB back took gVisor 5 s. */
const relatedNanoseconds = 30e9;

const engineEvent = z.object({
  Action: z.string(),
  timeNano: z.number(),
  Actor: z.object({ Attributes: z.object({ exitCode: z.string().regex(/^\d+$/).optional() }).optional() }).optional(),
});

export interface EndNews {
  /** False when no engine answers, or another one than the box ran under: it does not know of its end. */
  readonly isKnown: boolean;
  readonly exitCode?: number;
  readonly outOfMemory: boolean;
}

/**
 * Asks the engine what it noticed when a box ended. It keeps its last 256 events, so this is asked once, after the end, and no stream is
 * held open while boxes live. Memory is told by an event alone: the exit code of a kill is the same for all, and the container is gone.
 */
export async function askHowItEnded(docker: Docker, id: string): Promise<EndNews> {
  const asked = await engineCall(
    { what: 'Asking how a sandbox ended', deadline: engineDeadlines.end, signal: never, reason: 'engine-unavailable' },
    async (abortSignal) => {
      const options = { since: 1, filters: { container: [id], event: ['oom', 'die'] }, abortSignal };
      return docker.getEvents(options);
    },
  );
  return asked.ok ? readNews(asked.value) : { isKnown: false, outOfMemory: false };
}

/** Reads until the end of the box is seen and no more is to be expected. */
async function readNews(stream: NodeJS.ReadableStream & Partial<Pick<Readable, 'destroy'>>): Promise<EndNews> {
  const lines = createInterface({ input: stream });
  // The engine may break off in the middle: then what it told until then is all.
  stream.on('error', () => lines.close());
  const first = (action: 'die' | 'oom'): Promise<z.infer<typeof engineEvent>> =>
    new Promise((resolve) => {
      lines.on('line', (line) => {
        const event = engineEvent.safeParse(parseJson(line)).data;
        if (event?.Action === action) {
          resolve(event);
        }
      });
    });
  const [end, memory] = [first('die'), first('oom')];
  const ended = await withDeadline(engineDeadlines.end, never, 'News of the end', () => end);
  const eaten = await withDeadline(lateNews, never, 'News of memory', () => memory);
  lines.close();
  stream.destroy?.();
  if (!ended.ok) {
    return { isKnown: false, outOfMemory: eaten.ok };
  }
  const code = ended.value.Actor?.Attributes?.exitCode;
  return {
    isKnown: true,
    ...(code === undefined ? {} : { exitCode: Number(code) }),
    outOfMemory: eaten.ok && Math.abs(ended.value.timeNano - eaten.value.timeNano) < relatedNanoseconds,
  };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // The schema refuses it.
    return undefined;
  }
}
