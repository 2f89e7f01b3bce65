import { readFile } from 'node:fs/promises';
import { hostname, totalmem } from 'node:os';
import type Docker from 'dockerode';
import * as z from 'zod';
import { type Result } from '../../base/result.ts';
import { engineDeadlines } from '../../core/sandbox/budgets.ts';
import { labelNames } from '../../core/sandbox/profiles.ts';
import type { SandboxFailure } from '../../core/sandbox/sandbox.ts';
import type { MachineMemory } from '../../core/sandbox/startRoom.ts';
import { listAnswer } from './engineAnswers.ts';
import { engineCall } from './engineCall.ts';
import type { EngineConnection } from './engineConnection.ts';

const machineAnswer = z.object({ Name: z.string(), MemTotal: z.int().positive() });
const boxAnswer = z.object({ HostConfig: z.object({ Memory: z.int().nonnegative() }) });

/** Milliseconds that the boxes of others are known for: a burst of starts asks the engine once. */
const othersMs = 500;

export interface EngineMemoryOptions {
  readonly connect: () => Result<EngineConnection, SandboxFailure> | Promise<Result<EngineConnection, SandboxFailure>>;
  /** Whose boxes are not those of others. */
  readonly owner: string;
  /** This machine's name, by which the engine is found to run on it. */
  readonly here?: string;
}

/**
 * Asks the engine's machine for its memory. What is available is told on Linux, where the engine runs beside us: what boxes of
 * other hosts use is out of it already. Elsewhere their limits are added up.
 */
export function createEngineMemory({
  connect,
  owner,
  here = hostname(),
}: EngineMemoryOptions): (signal: AbortSignal) => Promise<Result<MachineMemory, SandboxFailure>> {
  let machine: z.infer<typeof machineAnswer> | undefined;
  let others = { at: -Infinity, bytes: 0 };
  /** Limits of boxes by id; they never change. */
  const limits = new Map<string, number>();

  async function boxesOfOthers(docker: Docker, abortSignal: AbortSignal): Promise<number> {
    const filters = { label: [`${labelNames.managed}=1`, `${labelNames.kind}=sandbox`] };
    const listed = listAnswer.parse(await docker.listContainers({ filters, abortSignal }));
    const boxes = listed.filter((box) => box.Labels?.[labelNames.owner] !== owner);
    for (const id of limits.keys()) {
      if (!boxes.some((box) => box.Id === id)) {
        limits.delete(id);
      }
    }
    const bytes = await Promise.all(
      boxes.map(async ({ Id }) => {
        const known = limits.get(Id) ?? (await memoryLimit(docker, Id, abortSignal));
        limits.set(Id, known);
        return known;
      }),
    );
    return bytes.reduce((sum, each) => sum + each, 0);
  }

  return async (signal) => {
    const reached = await connect();
    if (!reached.ok) {
      return reached;
    }
    const { docker } = reached.value;
    return engineCall(
      { what: 'Asking for memory', deadline: engineDeadlines.answer, signal, reason: 'engine-unavailable' },
      async (abortSignal) => {
        machine ??= machineAnswer.parse(await docker.info());
        const { MemTotal: totalBytes, Name: name } = machine;
        const availableBytes = totalBytes === totalmem() && name === here ? await availableMemory() : undefined;
        if (availableBytes !== undefined) {
          return { totalBytes, availableBytes, othersBytes: 0 };
        }
        if (performance.now() - others.at > othersMs) {
          const bytes = await boxesOfOthers(docker, abortSignal);
          others = { at: performance.now(), bytes };
        }
        return { totalBytes, othersBytes: others.bytes };
      },
    );
  };
}

/** Zero for a box that has gone meanwhile. */
async function memoryLimit(docker: Docker, id: string, abortSignal: AbortSignal): Promise<number> {
  try {
    return boxAnswer.parse(await docker.getContainer(id).inspect({ abortSignal })).HostConfig.Memory;
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) {
      return 0;
    }
    throw error;
  }
}

/** Bytes that programs can get without swapping, caches included; undefined where the kernel does not tell. */
async function availableMemory(): Promise<number | undefined> {
  try {
    const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(await readFile('/proc/meminfo', 'utf8'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
