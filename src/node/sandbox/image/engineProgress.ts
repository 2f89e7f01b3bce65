import type Docker from 'dockerode';
import * as z from 'zod';

/** One line of the progress that the engine streams while it imports or builds. */
const progressLine = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
});

/**
 * Reads the engine's progress to its end. Throws what the engine reports as an error: it answers 200 before it works,
 * so failures only arrive here.
 */
export function followEngineProgress(
  docker: Docker,
  stream: NodeJS.ReadableStream,
  onProgress: (line: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let reported: string | undefined;
    docker.modem.followProgress(
      stream,
      (error) => {
        if (error !== null && error !== undefined) {
          reject(error);
        } else if (reported !== undefined) {
          reject(new Error(reported));
        } else {
          resolve();
        }
      },
      (event: unknown) => {
        const line = progressLine.safeParse(event);
        reported ??= line.data?.error;
        const text = (line.data?.stream ?? line.data?.status ?? '').trim();
        if (text !== '') {
          onProgress(text);
        }
      },
    );
  });
}
