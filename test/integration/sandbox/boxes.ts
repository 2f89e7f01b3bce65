import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';
import { ok, type Result } from '../../../src/base/result.ts';
import { labelNames, sandboxSpec } from '../../../src/core/sandbox/profiles.ts';
import type { Sandbox, SandboxEngine, TreeFile } from '../../../src/core/sandbox/sandbox.ts';
import type { ProfileName, SandboxSpec } from '../../../src/core/sandbox/sandboxSpec.ts';
import { createDockerEngine } from '../../../src/node/sandbox/dockerEngine.ts';
import { connectEngine } from '../../../src/node/sandbox/engineConnection.ts';
import { ensureBaseImage } from '../../../src/node/sandbox/image/ensureBaseImage.ts';
import { currentOwner } from '../../../src/node/sandbox/owner.ts';
import { guestBundle } from '../../fakes/guestBundle.ts';

export const runtimes = ['runc', 'runsc'] as const;
const dockerfile = fileURLToPath(new URL('../../../media/sandbox/Dockerfile', import.meta.url));

/** A signal that nobody aborts. */
export const never = new AbortController().signal;

/** Labels the boxes of one test file, so that "nothing is left" is said of its own boxes and of no other's. */
export interface Boxes {
  readonly engine: SandboxEngine;
  readonly docker: Docker;
  spec(profile: ProfileName, runtime: SandboxSpec['runtime'], owner?: string): Promise<SandboxSpec>;
  start(profile: ProfileName, runtime: SandboxSpec['runtime']): Promise<Sandbox>;
  destroyAll(): Promise<void>;
  /** Ends the tunnel of the connection, where there is one. */
  close(): void;
  /** Ids of this file's containers that the engine still knows. */
  remaining(): Promise<readonly string[]>;
}

/** On the engine that this machine's settings lead to, or on the one at an address. */
export function openBoxes(workspace: string, endpoint?: string, channel?: 'socket'): Boxes {
  const connection = value(connectEngine(endpoint));
  const { docker } = connection;
  const engine = createDockerEngine({
    connect: () => ok(connection),
    guestSource: guestBundle(),
    channel,
    ensureImage: (engineApi, options) => ensureBaseImage(engineApi, { ...options, dockerfile }),
  });
  const started: Sandbox[] = [];
  const spec: Boxes['spec'] = async (profile, runtime, owner = currentOwner()) => {
    const { id } = value(await engine.ensureBaseImage(never));
    return sandboxSpec(profile, { image: id, runtime, owner: { workspace, task: 'task-1', run: 'run-1', owner } });
  };
  return {
    engine,
    docker,
    spec,
    async start(profile, runtime) {
      const sandbox = value(await engine.start(await spec(profile, runtime), never));
      started.push(sandbox);
      return sandbox;
    },
    async destroyAll() {
      await Promise.all(started.splice(0).map((sandbox) => sandbox.destroy()));
    },
    close: () => connection.close(),
    async remaining() {
      const boxes = await docker.listContainers({
        all: true,
        filters: { label: [`${labelNames.workspace}=${workspace}`] },
      });
      return boxes.map((box) => box.Id);
    },
  };
}

/** The value of an outcome that the test takes for granted. */
export function value<T>(outcome: Result<T, { readonly message: string }>): T {
  if (!outcome.ok) {
    throw new Error(outcome.error.message);
  }
  return outcome.value;
}

export type TestFile = readonly [path: string, content: string | Uint8Array, mode?: TreeFile['mode']];

export async function* treeOf(files: Iterable<TestFile>): AsyncGenerator<TreeFile> {
  for (const [path, content, mode = '100644'] of files) {
    yield { path, mode, bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content };
  }
}

/** Runs a shell line in a `build` box. */
export async function shell(sandbox: Sandbox, line: string, timeoutMs = 20_000) {
  return value(
    await sandbox.request(
      'run_command',
      { argv: ['sh', '-c', line], environment: {}, timeoutMs, maxOutputBytes: 64 * 1024 },
      { signal: never, deadlineMs: timeoutMs + 10_000 },
    ),
  );
}
