import { Duplex, Readable } from 'node:stream';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';
import { setupOutput } from '../../../core/environments/setupSteps.ts';
import { followEngineProgress } from '../image/engineProgress.ts';
import { StreamDemultiplexer } from '../streamDemultiplexer.ts';
import { dependencyLabels, dependencyRepository } from './environmentImages.ts';
import { type CopiedOutput, copyOutput } from './outputLayer.ts';

export interface LayerRequest {
  readonly docker: Docker;
  /** Box in which setup ended. */
  readonly box: string;
  /** Image id that the layer is laid over. */
  readonly base: string;
  readonly key: string;
  readonly signal: AbortSignal;
}

/**
 * Lays what setup made over its image, as `/deps`, under the key's tag. The bytes pass through this process, entry by entry; the
 * engine only copies: no program of the image or of the dependencies runs. Throws when it cannot.
 */
export async function layDependencies({ docker, box, base, key, signal }: LayerRequest): Promise<CopiedOutput> {
  const exec = await docker.getContainer(box).exec({
    Cmd: ['tar', '-C', setupOutput, '-cf', '-', '.'],
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
  });
  const stream: unknown = await exec.start({ hijack: true, stdin: false });
  if (!(stream instanceof Duplex)) {
    throw new Error('the engine gave no stream of the dependencies');
  }
  const labels = Object.entries(dependencyLabels(key)).map(([name, value]) => `${name}="${value}"`);
  const context = pack();
  context.entry(
    { name: 'Dockerfile', mtime: new Date(0) },
    `FROM ${base}\nLABEL ${labels.join(' ')}\nCOPY deps /deps\n`,
  );
  context.entry({ name: 'deps/', type: 'directory', mode: 0o755, mtime: new Date(0) }, '');
  const ending = new AbortController();
  const building = build(docker, context, `${dependencyRepository}:${key}`, AbortSignal.any([signal, ending.signal]));
  building.catch(() => stream.destroy());
  try {
    const copied = await copyOutput(output(stream), context, 'deps');
    context.finalize();
    await building;
    return copied;
  } catch (error) {
    // What ended first explains the rest: a build that failed ends the stream, a bad archive the build.
    ending.abort();
    context.destroy();
    throw error;
  } finally {
    stream.destroy();
  }
}

async function build(
  docker: Docker,
  context: AsyncIterable<unknown>,
  tag: string,
  abortSignal: AbortSignal,
): Promise<void> {
  const progress = await docker.buildImage(Readable.from(context, { objectMode: false }), {
    t: tag,
    networkmode: 'none',
    rm: true,
    forcerm: true,
    abortSignal,
  });
  await followEngineProgress(docker, progress, () => undefined);
}

async function* output(stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  const demultiplexer = new StreamDemultiplexer();
  for await (const chunk of stream) {
    const pieces = chunk instanceof Uint8Array ? demultiplexer.push(chunk) : undefined;
    if (pieces?.ok === false) {
      throw new Error(pieces.error.message);
    }
    yield* pieces?.value.stdout ?? [];
  }
}
