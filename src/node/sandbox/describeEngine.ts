import type { z } from 'zod';
import { lacksEssentialLimits, unenforcedLimits } from '../../core/sandbox/engineLimits.ts';
import type { EngineInfo } from '../../core/sandbox/sandbox.ts';
import type { infoAnswer, versionAnswer } from './engineAnswers.ts';
import type { EngineConnection } from './engineConnection.ts';

/** What is known about an engine once it answered. */
export interface EngineFacts extends EngineInfo {
  readonly cpus: number;
  readonly kernel: string;
  readonly podman: boolean;
}

export function describeEngine(
  info: z.infer<typeof infoAnswer>,
  version: z.infer<typeof versionAnswer>,
  { endpoint, remark }: Pick<EngineConnection, 'endpoint' | 'remark'>,
): EngineFacts {
  const security = info.SecurityOptions ?? [];
  const has = (name: string): boolean => security.some((option) => option.split(',')[0] === `name=${name}`);
  const unenforced = unenforcedLimits({
    memory: info.MemoryLimit,
    swap: info.SwapLimit,
    processes: info.PidsLimit,
    processors: info.CpuCfsQuota,
    rootless: info.Rootless === true || has('rootless'),
    cgroupVersion: info.CgroupVersion,
  });
  const remarks = [
    ...(remark === undefined ? [] : [`${remark}; use TLS with client certificates (DOCKER_TLS_VERIFY), or ssh://`]),
    ...(has('seccomp') ? [] : ['the engine filters no system calls (seccomp); use one that does']),
    ...(unenforced.length === 0 || lacksEssentialLimits(unenforced)
      ? []
      : [`limits of ${unenforced.join(' and ')} are not kept; the kernel has to be told to (cgroup v2 does)`]),
  ];
  return {
    endpoint,
    version: version.Version,
    apiVersion: version.ApiVersion,
    runtimes: Object.keys(info.Runtimes ?? {}),
    cpus: info.NCPU,
    ...(typeof info.MemTotal === 'number' ? { memoryBytes: info.MemTotal } : {}),
    kernel: info.KernelVersion,
    podman: (version.Components ?? []).some((component) => component.Name.startsWith('Podman')),
    ...(unenforced.length === 0 ? {} : { unenforced }),
    ...(remarks.length === 0 ? {} : { remarks }),
  };
}
