import type { Container } from 'dockerode';
import { StreamDemultiplexer } from './streamDemultiplexer.ts';

/** Characters of a report; ours has some hundreds. */
const longest = 16 * 1024;

/** Runs a command in a box by the engine's exec and answers what it printed. Throws what the engine refuses. */
export async function readProbe(
  container: Container,
  argv: readonly string[],
  abortSignal: AbortSignal,
): Promise<string> {
  const exec = await container.exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: false, abortSignal });
  const stream = await exec.start({ Detach: false, Tty: false, abortSignal });
  const split = new StreamDemultiplexer();
  let text = '';
  for await (const chunk of stream) {
    const pieces = split.push(Buffer.from(chunk));
    if (!pieces.ok) {
      throw new Error(pieces.error.message);
    }
    text += Buffer.concat(pieces.value.stdout).toString('utf8');
    if (text.length > longest) {
      throw new Error('it says far more than was asked');
    }
  }
  return text;
}
