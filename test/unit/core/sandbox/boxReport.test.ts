import { describe, expect, it } from 'vitest';
import { type BoxFromInside, type InspectedBox, judgeBox } from '../../../../src/core/sandbox/boxReport.ts';
import { sandboxSpec } from '../../../../src/core/sandbox/profiles.ts';
import { toolboxMount } from '../../../../src/core/sandbox/toolbox.ts';

const owner = { workspace: 'w', task: 't', run: 'r', owner: 'o' };
const spec = sandboxSpec('locked', { image: 'sha256:1', runtime: 'runc', owner });
const box: InspectedBox = {
  user: '10001:10001',
  runtime: 'runc',
  networkMode: 'none',
  capAdd: [],
  privileged: false,
  readonlyRoot: true,
  securityOptions: ['no-new-privileges'],
  memory: spec.memoryBytes,
  memorySwap: spec.memoryBytes,
  pids: spec.pids,
  nanoCpus: 1e9,
  tmpfs: Object.fromEntries(spec.tmpfs.map(({ path, bytes }) => [path, `rw,noexec,nosuid,nodev,size=${bytes}`])),
  mounts: [],
  devices: [],
  namespaces: { pid: '', ipc: 'none', uts: '', userns: '' },
};
const inside: BoxFromInside = {
  uid: 10_001,
  capabilities: ['0000000000000000', '0000000000000000', '0000000000000000'],
  noNewPrivs: 1,
  seccomp: 2,
  interfaces: ['lo'],
  writable: ['/tmp', '/workspace'],
  executable: [],
  memoryLimit: spec.memoryBytes,
};

function judge(changes: Partial<InspectedBox>, seen: Partial<BoxFromInside> = {}) {
  return judgeBox(spec, { ...box, ...changes }, { ...inside, ...seen }, 8);
}

describe('a box beside its specification', () => {
  it('is sound when engine and eyes agree with it', () => {
    expect(judge({})).toEqual({ looser: [], unenforced: [] });
    // What Podman says of a box that it gave its own runtime, and what gVisor hides.
    expect(
      judge({ runtime: 'oci', namespaces: { pid: 'private', ipc: 'private', uts: 'private', userns: '' } }).looser,
    ).toEqual([]);
    const gvisor = { ...spec, runtime: 'runsc' as const };
    expect(
      judgeBox(gvisor, { ...box, runtime: 'runsc' }, { ...inside, noNewPrivs: null, seccomp: 0, memoryLimit: null }, 8),
    ).toEqual({ looser: [], unenforced: [] });
  });

  it('may have the one mount of its specification, and only as it stands there', () => {
    const granted = { ...spec, mounts: [toolboxMount('toolbox')] };
    const mount = { kind: 'volume', name: 'toolbox', target: '/opt/nightshift', writable: false };
    const looserWith = (...mounts: (typeof mount)[]) => judgeBox(granted, { ...box, mounts }, inside, 8).looser;
    expect(looserWith(mount)).toEqual([]);
    expect(judge({ mounts: [mount] }).looser).toEqual(['--volume: /opt/nightshift']);
    for (const change of [{ writable: true }, { kind: 'bind' }, { name: 'other' }, { target: '/opt' }]) {
      const changed = { ...mount, ...change };
      expect(looserWith(mount, changed)).toEqual([`--volume: ${changed.target}`]);
    }
  });

  it.each([
    ['--user', { user: '' }],
    ['--user', { user: '0:0' }],
    ['--runtime', { runtime: 'kata' }],
    ['--network', { networkMode: 'bridge' }],
    ['--cap-add', { capAdd: ['SYS_ADMIN'] }],
    ['--privileged', { privileged: true }],
    ['--read-only', { readonlyRoot: false }],
    ['--security-opt no-new-privileges', { securityOptions: [] }],
    ['--security-opt no-new-privileges', { securityOptions: ['no-new-privileges=false'] }],
    ['--security-opt: seccomp=unconfined', { securityOptions: ['no-new-privileges', 'seccomp=unconfined'] }],
    ['--security-opt: label=disable', { securityOptions: ['no-new-privileges', 'label=disable'] }],
    ['--tmpfs /tmp: no noexec', { tmpfs: { ...box.tmpfs, '/tmp': 'rw,nosuid,nodev,size=67108864' } }],
    ['--tmpfs /tmp: no size=67108864', { tmpfs: { ...box.tmpfs, '/tmp': 'rw,noexec,nosuid,nodev' } }],
    ['--tmpfs /workspace: no nosuid', { tmpfs: { '/tmp': box.tmpfs['/tmp'] ?? '' } }],
    ['--volume: /home', { mounts: [{ kind: 'bind', name: '/home', target: '/home', writable: false }] }],
    ['--device: /dev/kvm', { devices: ['/dev/kvm'] }],
    ['--pid: host', { namespaces: { ...box.namespaces, pid: 'host' } }],
    ['--ipc: container:abc', { namespaces: { ...box.namespaces, ipc: 'container:abc' } }],
    ['--userns: host', { namespaces: { ...box.namespaces, userns: 'host' } }],
  ] satisfies readonly (readonly [string, Partial<InspectedBox>])[])(
    'is refused by %s where the engine says %j',
    (flag, changes) => {
      expect(judge(changes).looser.join('\n')).toContain(flag);
    },
  );

  it.each([
    ['--user', { uid: 0 }],
    ['--cap-drop', { capabilities: ['0000000000000000', '00000000a80425fb'] }],
    ['--cap-drop', { capabilities: [] }],
    ['no-new-privileges: not in force', { noNewPrivs: 0 }],
    ['no-new-privileges: not in force', { noNewPrivs: null }],
    ['seccomp', { seccomp: 0 }],
    ['--network', { interfaces: ['lo', 'eth0'] }],
    ['--read-only: /var/tmp can be written', { writable: ['/tmp', '/var/tmp'] }],
    ['--tmpfs /tmp: files there can be executed', { executable: ['/tmp'] }],
  ] satisfies readonly (readonly [string, Partial<BoxFromInside>])[])(
    'is refused by %s where the guest finds %j',
    (flag, seen) => {
      expect(judge({}, seen).looser.join('\n')).toContain(flag);
    },
  );

  it.each([
    [['memory', 'swap'], { memory: 0, memorySwap: 0 }],
    [['memory', 'swap'], { memory: spec.memoryBytes + 1 }],
    [['swap'], { memorySwap: -1 }],
    [['swap'], { memorySwap: spec.memoryBytes * 2 }],
    [['processes'], { pids: 0 }],
    [['processes'], { pids: -1 }],
    [['processors'], { nanoCpus: 0 }],
    [['processors'], { nanoCpus: 2e9 }],
  ] satisfies readonly (readonly [readonly string[], Partial<InspectedBox>])[])(
    'lacks the limits of %j with %j',
    (limits, changes) => {
      expect(judge(changes)).toEqual({ looser: [], unenforced: limits });
    },
  );

  it('lacks a limit that the engine claims and the box itself does not see', () => {
    expect(judge({}, { memoryLimit: 2 ** 62 }).unenforced).toEqual(['memory', 'swap']);
  });
});
