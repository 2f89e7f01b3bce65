import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SshTunnel } from '../../../src/node/sandbox/sshTunnel.ts';

const address = { host: 'build.example', user: 'me', port: null, socket: '/var/run/docker.sock' };

describe.skipIf(process.platform === 'win32')('the tunnel to an engine', () => {
  const path = process.env['PATH'] ?? '';
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nightshift-tunnel-'));
  });
  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true, force: true });
  });

  /** An `ssh` that notes its arguments and then does what the script says. */
  function playSsh(script: string): () => readonly string[] {
    const program = join(folder, 'ssh');
    const calls = join(folder, 'calls');
    writeFileSync(program, `#!/bin/sh\necho "$*" >> '${calls}'\n${script}\n`);
    chmodSync(program, 0o755);
    process.env['PATH'] = `${folder}${delimiter}${path}`;
    return () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []);
  }

  it('waits longer with each failure, asks ssh once for all who wait, and says what it said last', async () => {
    const calls = playSsh('echo first >&2; echo "me@build.example: Permission denied" >&2; exit 255');
    const tunnel = new SshTunnel(address);
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const began = performance.now();
      const outcomes = await Promise.all([tunnel.dial(), tunnel.dial(), tunnel.dial()]);
      pauses.push(performance.now() - began);
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({
          ok: false,
          error: {
            reason: 'engine-unavailable',
            message: expect.stringMatching(/^[^\n]*\(me@build\.example: Permission denied\)[^\n]*$/),
          },
        });
      }
    }
    expect(calls()).toHaveLength(3);
    expect(pauses[1]).toBeGreaterThanOrEqual(250);
    expect(pauses[2]).toBeGreaterThanOrEqual(500);
    tunnel.close();
  });

  it('gives ssh arguments and no shell a text', async () => {
    const calls = playSsh('exit 1');
    const tunnel = new SshTunnel(address);
    await tunnel.dial();
    expect(calls()[0]).toMatch(
      /^-N -T -o BatchMode=yes .*ControlMaster=no.* -L \S+\/engine\.sock:\/var\/run\/docker\.sock -l me -- build\.example$/,
    );
    tunnel.close();
    expect(await tunnel.dial()).toMatchObject({ ok: false, error: { message: expect.stringContaining('closed') } });
    expect(calls()).toHaveLength(1);
  });

  it('is a failure where there is no ssh', async () => {
    process.env['PATH'] = folder;
    const tunnel = new SshTunnel(address);
    expect(await tunnel.dial()).toMatchObject({
      ok: false,
      error: { reason: 'engine-unavailable', message: expect.stringContaining('ssh') },
    });
    tunnel.close();
  });
});
