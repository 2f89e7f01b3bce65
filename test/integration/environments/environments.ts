import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  environmentKey,
  type EnvironmentPlan,
  planEnvironment,
} from '../../../src/core/environments/environmentPlan.ts';
import type { EnvironmentRequest, Environments } from '../../../src/core/environments/environments.ts';
import { connectEngine } from '../../../src/node/sandbox/engineConnection.ts';
import { createDockerEnvironments } from '../../../src/node/sandbox/environment/dockerEnvironments.ts';
import { currentOwner } from '../../../src/node/sandbox/owner.ts';
import { sha256 } from '../../../src/node/tasks/sha256.ts';
import { guestBundle } from '../../fakes/guestBundle.ts';
import type { Product } from '../product/product.ts';
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
      if (plan.image.kind === 'dockerfile') {
        const { Os, Arch } = await boxes.docker.version();
        const on = { baseImage: plan.image.path, platform: `${Os}/${Arch}` };
        made.add(`nightshift/deps:${environmentKey(plan.definition, on, sha256)}`);
      }
      const ready = await environments.ensure(request(plan, hosts), new AbortController().signal);
      if (ready.ok && ready.value.built) {
        made.add(`nightshift/deps:${ready.value.key}`);
      }
      return ready;
    },
    async close() {
      await boxes.destroyAll();
      for (const tag of made) {
        // One that a test removed itself is gone.
        await boxes.docker
          .getImage(tag)
          .remove({ force: true })
          .catch(() => undefined);
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Removes the images of every environment that a product's user used; nobody else's have the same keys. */
export async function removeImagesOf(product: Product): Promise<void> {
  const { docker } = value(connectEngine());
  const uses = join(product.state, 'environments', 'uses');
  for (const key of existsSync(uses) ? readdirSync(uses) : []) {
    await docker
      .getImage(`nightshift/deps:${key}`)
      .remove()
      .catch(() => undefined);
  }
}
