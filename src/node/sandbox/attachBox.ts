import { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { engineErrorOf } from './engineAnswers.ts';

/** Present, so that the client sends a body of no bytes. Its own is JSON, which Podman hands to the program in the box. */
const nothing = Buffer.alloc(0);

/** The two-way stream of a box's standard streams, from its first byte; made before the box is started. */
export function attachBox(docker: Docker, id: string, abortSignal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    docker.modem.dial(
      {
        path: `/containers/${id}/attach?`,
        method: 'POST',
        options: { stream: true, stdin: true, stdout: true, stderr: true },
        file: nothing,
        hijack: true,
        openStdin: true,
        isStream: true,
        abortSignal,
        statusCodes: { 101: true, 200: true, 404: 'no such container', 500: 'server error' },
      },
      (error: unknown, stream: unknown) => {
        if (error === null && stream instanceof Duplex) {
          resolve(stream);
        } else {
          reject(error instanceof Error ? error : new Error(engineErrorOf(error).message));
        }
      },
    );
  });
}
