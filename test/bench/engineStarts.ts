import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { toCreateOptions } from '../../src/node/sandbox/createOptions.ts';
import type { Boxes, runtimes } from '../integration/sandbox/boxes.ts';

type Runtime = (typeof runtimes)[number];

/** Milliseconds of the engine's own create and start, with a program that does nothing. */
export async function bareStart(boxes: Boxes, runtime: Runtime): Promise<number> {
  const spec = await boxes.spec('locked', runtime);
  const options = toCreateOptions(spec, { name: `bench-${crypto.randomUUID()}`, engineCpus: 1 });
  const began = performance.now();
  const container = await boxes.docker.createContainer({ ...options, Entrypoint: ['sleep'], Cmd: ['60'] });
  await container.start();
  const took = performance.now() - began;
  await container.remove({ force: true });
  return took;
}

/** Milliseconds of the engine's own command line, from its start to its end. */
export async function cliRun(boxes: Boxes, runtime: Runtime): Promise<number> {
  const { image } = await boxes.spec('locked', runtime);
  const began = performance.now();
  const child = spawn('docker', ['run', '--rm', `--runtime=${runtime}`, '--network=none', image, 'true'], {
    stdio: 'ignore',
  });
  await once(child, 'exit');
  return performance.now() - began;
}
