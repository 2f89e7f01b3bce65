import type Docker from 'dockerode';
import * as z from 'zod';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { engineDeadlines } from '../../core/sandbox/budgets.ts';
import {
  type BoxFromInside,
  type BoxVerdict,
  type InspectedBox,
  type InspectedMount,
  judgeBox,
} from '../../core/sandbox/boxReport.ts';
import type { SandboxFailure } from '../../core/sandbox/sandbox.ts';
import type { SandboxSpec } from '../../core/sandbox/sandboxSpec.ts';
import { nodeCommand } from '../../core/sandbox/toolbox.ts';
import { inspectAnswer } from './engineAnswers.ts';
import { engineCall } from './engineCall.ts';
import { readProbe } from './readProbe.ts';

const fromInside = z.object({
  uid: z.int(),
  capabilities: z.array(z.string()),
  noNewPrivs: z.int().nullable(),
  seccomp: z.int().nullable(),
  interfaces: z.array(z.string()),
  writable: z.array(z.string()),
  executable: z.array(z.string()),
  memoryLimit: z.number().nullable(),
}) satisfies z.ZodType<BoxFromInside>;

/**
 * What the probe runs in a box: reads what PID 1 has, and tries what nobody may, a file in every folder that an engine is known to
 * leave open and its execution. It tries because gVisor's `/proc` does not say.
 */
const look = `
const fs=require('fs'),os=require('os'),{spawnSync}=require('child_process');
const read=p=>{try{return fs.readFileSync(p,'utf8')}catch{return ''}};
const status=read('/proc/1/status');
const field=n=>(new RegExp('^'+n+':\\\\s*(\\\\S+)','m').exec(status)||[])[1];
const number=n=>field(n)===undefined?null:Number(field(n));
const limit=Number(read('/sys/fs/cgroup/memory.max')||read('/sys/fs/cgroup/memory/memory.limit_in_bytes')||NaN);
const writable=[],executable=[];
for(const d of ['/','/etc','/usr/bin','/var','/var/tmp','/run','/dev','/dev/shm','/home','/opt','/tmp','/workspace']){
const f=(d==='/'?'':d)+'/nightshift-probe';
try{fs.writeFileSync(f,'#!/bin/sh\\nexit 7\\n',{mode:0o755})}catch{continue}
writable.push(d);if(spawnSync(f).status===7)executable.push(d);fs.rmSync(f,{force:true})}
process.stdout.write(JSON.stringify({uid:Number(field('Uid')??-1),capabilities:['CapPrm','CapEff','CapBnd'].map(field).filter(Boolean),
noNewPrivs:number('NoNewPrivs'),seccomp:number('Seccomp'),interfaces:Object.keys(os.networkInterfaces()),writable,executable,
memoryLimit:Number.isFinite(limit)?limit:null}));
`;

/** Compares a running box with the spec that it was made from. */
export async function probeBox(
  docker: Docker,
  box: { readonly id: string; readonly spec: SandboxSpec },
  processors: number,
  signal: AbortSignal,
): Promise<Result<BoxVerdict, SandboxFailure>> {
  const container = docker.getContainer(box.id);
  const call = { deadline: engineDeadlines.answer, signal, reason: 'start-failed' as const };
  const [inspected, output] = await Promise.all([
    engineCall({ what: 'Inspecting the probe box', ...call }, (abortSignal) => container.inspect({ abortSignal })),
    engineCall({ what: 'Looking around in the probe box', ...call }, (abortSignal) =>
      readProbe(container, [...nodeCommand(box.spec), '-e', look], abortSignal),
    ),
  ]);
  if (!inspected.ok) {
    return inspected;
  }
  if (!output.ok) {
    return output;
  }
  const described = describe(inspected.value);
  const inside = fromInside.safeParse(parseJson(output.value));
  return described === undefined || !inside.success
    ? fail(
        failure(
          'start-failed',
          'The probe box cannot be compared with its specification: its description is not readable.',
        ),
      )
    : ok(judgeBox(box.spec, described, inside.data, processors));
}

function describe(answer: unknown): InspectedBox | undefined {
  const read = inspectAnswer.safeParse(answer);
  if (!read.success) {
    return undefined;
  }
  const { Config: config, HostConfig: host, Mounts: mounts } = read.data;
  // An engine lists the tmpfs mounts of a box here or there; those are compared by their options.
  const foreign = (mounts ?? []).filter((mount) => mount.Type !== 'tmpfs');
  return {
    user: config.User,
    runtime: host.Runtime ?? '',
    networkMode: host.NetworkMode,
    capAdd: host.CapAdd ?? [],
    privileged: host.Privileged,
    readonlyRoot: host.ReadonlyRootfs,
    securityOptions: host.SecurityOpt ?? [],
    memory: host.Memory ?? 0,
    memorySwap: host.MemorySwap ?? 0,
    pids: host.PidsLimit ?? 0,
    nanoCpus: host.NanoCpus ?? 0,
    tmpfs: host.Tmpfs ?? {},
    mounts: [
      ...(host.Binds ?? []).map(readBind),
      ...foreign.map((mount) => ({
        kind: mount.Type ?? '',
        name: (mount.Type === 'volume' ? mount.Name : mount.Source) ?? '',
        target: mount.Destination,
        writable: mount.RW !== false,
      })),
    ],
    devices: (host.Devices ?? []).map((device) => device.PathInContainer ?? 'a device'),
    namespaces: {
      pid: host.PidMode ?? '',
      ipc: host.IpcMode ?? '',
      uts: host.UTSMode ?? '',
      userns: host.UsernsMode ?? '',
    },
  };
}

/** `source:target:options`; Podman tells of every mount so. */
function readBind(bind: string): InspectedMount {
  const [name = '', target = bind, options = ''] = bind.split(':');
  const kind = name.startsWith('/') ? 'bind' : 'volume';
  return { kind, name, target, writable: !options.split(',').includes('ro') };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
