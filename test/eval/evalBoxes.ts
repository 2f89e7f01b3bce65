import type { Sandbox } from '../../src/core/sandbox/sandbox.ts';
import { preferredRuntime } from '../../src/host/preferredRuntime.ts';
import { never, openBoxes, value } from '../integration/sandbox/boxes.ts';

/** Boxes of profile `build`, with the runtime that the product would choose here. */
export interface EvalBoxes {
  readonly runtime: 'runsc' | 'runc';
  start(): Promise<Sandbox>;
  /** Ends what was not destroyed. */
  close(): Promise<void>;
}

export async function openEvalBoxes(name: string): Promise<EvalBoxes> {
  const boxes = openBoxes(`eval-${name}`);
  const preferred = value(preferredRuntime(process.env));
  const wish = { requireGvisor: false, ...(preferred === undefined ? {} : { preferred }) };
  const { name: runtime } = value(await boxes.engine.chooseRuntime(wish, never));
  return {
    runtime,
    start: () => boxes.start('build', runtime),
    async close() {
      await boxes.destroyAll();
      boxes.close();
    },
  };
}
