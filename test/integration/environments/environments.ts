import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nullLogger } from '../../../src/base/logger.ts';
import { type EnvironmentPlan, planEnvironment } from '../../../src/core/environments/environmentPlan.ts';
import type { EnvironmentRequest, Environments } from '../../../src/core/environments/environments.ts';
import { connectEngine } from '../../../src/node/sandbox/engineConnection.ts';
import { createDockerEnvironments } from '../../../src/node/sandbox/environment/dockerEnvironments.ts';
import { currentOwner } from '../../../src/node/sandbox/owner.ts';
import { sha256 } from '../../../src/node/tasks/sha256.ts';
import { guestBundle } from '../../fakes/guestBundle.ts';
import { type Boxes, openBoxes, value } from '../sandbox/boxes.ts';

export type Files = Readonly<Record<string, string>>;

/** What a tree of these files asks for. */
export function planOf(files: Files) {
  const read = async (path: string) => (Object.hasOwn(files, path) ? new TextEncoder().encode(files[path]) : null);
  return planEnvironment({ paths: Object.keys(files), read }, sha256);
}

export interface EnvironmentBench {
  readonly boxes: Boxes;
  readonly environments: Environments;
  request(plan: EnvironmentPlan, hosts?: readonly string[]): EnvironmentRequest;
  /** Agrees to a tree's environment and makes it. */
  ensure(files: Files, hosts?: readonly string[]): ReturnType<Environments['ensure']>;
  close(): Promise<void>;
}

/** Environments on the real engine with a state folder of their own. Images that it made are removed at the end. */
export function openEnvironments(name: string): EnvironmentBench {
  const boxes = openBoxes(name);
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-environments-'));
  const bundle = process.env['SSL_CERT_FILE'];
  const environments = createDockerEnvironments({
    engine: boxes.engine,
    connect: () => connectEngine(),
    guestSource: guestBundle(),
    folder,
    sha256,
    logger: nullLogger,
    ...(bundle === undefined ? {} : { certificates: { pem: readFileSync(bundle, 'utf8'), whole: true } }),
  });
  const made = new Set<string>();
  const request: EnvironmentBench['request'] = (plan, hosts = []) => ({
    plan,
    approval: { definition: plan.definition, hosts },
    owner: { workspace: name, task: 'task-1', run: 'setup', owner: currentOwner() },
    requireGvisor: false,
  });
  return {
    boxes,
    environments,
    request,
    async ensure(files, hosts) {
      const plan = value(await planOf(files));
      const ready = await environments.ensure(request(plan, hosts), new AbortController().signal);
      if (ready.ok && ready.value.built) {
        made.add(`nightshift/deps:${ready.value.key}`);
      }
      return ready;
    },
    async close() {
      await boxes.destroyAll();
      for (const tag of made) {
        await boxes.docker.getImage(tag).remove();
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
