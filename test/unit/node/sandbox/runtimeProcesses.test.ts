import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leakedRuntimes } from '../../../../src/node/sandbox/runtimeProcesses.ts';

const known = 'a'.repeat(64);
const unknown = 'b'.repeat(64);

describe('gVisor processes that outlived their box', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ns-proc-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function process(pid: number, words: readonly string[], parent: number, name = 'exe'): void {
    const folder = join(root, String(pid));
    mkdirSync(folder);
    writeFileSync(join(folder, 'cmdline'), `${words.join('\0')}\0`);
    writeFileSync(join(folder, 'comm'), `${name}\n`);
    writeFileSync(join(folder, 'status'), `Name:\t${name}\nPPid:\t${parent}\nVmRSS:\t   27000 kB\n`);
  }

  const bundle = (id: string) => [
    'runsc-sandbox',
    '--root=/var/run/docker/runtime-runc/moby',
    'boot',
    `--bundle=/var/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby/${id}`,
    '--cpu-num',
  ];

  it('are told with their size; those of known containers, with a keeper, or of other programs are not', async () => {
    process(1, ['/sbin/init'], 0, 'systemd');
    process(10, ['/usr/bin/containerd-shim-runc-v2'], 1, 'containerd-shim');
    process(20, bundle(unknown), 1);
    process(21, bundle(known), 1);
    process(22, bundle(unknown), 10);
    process(23, ['runsc-gofer', ...bundle(unknown).slice(1)], 1);
    process(24, ['node', 'runsc-sandbox', ...bundle(unknown)], 1);
    mkdirSync(join(root, '25'));
    expect(await leakedRuntimes(new Set([known]), root)).toMatchObject([
      {
        class: 'runtime-process',
        id: '20',
        name: `process 20, of the container ${unknown.slice(0, 12)}`,
        bytes: 27_648_000,
      },
    ]);
  });

  it('are none where there is no /proc', async () => {
    expect(await leakedRuntimes(new Set(), join(root, 'nowhere'))).toEqual([]);
  });
});
