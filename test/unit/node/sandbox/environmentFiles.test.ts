import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnvironmentFiles } from '../../../../src/node/sandbox/environment/environmentFiles.ts';
import { SharedWork } from '../../../../src/node/sandbox/environment/sharedWork.ts';

const definition = 'a'.repeat(64);

describe('what a user agreed to', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nightshift-approvals-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is kept for exactly that definition, closed to other users', () => {
    const files = new EnvironmentFiles(folder);
    expect(files.approvalOf(definition)).toBeUndefined();
    expect(files.approve({ definition, hosts: ['a.example:8443'] }).ok).toBe(true);
    expect(new EnvironmentFiles(folder).approvalOf(definition)).toEqual({
      definition,
      hosts: ['a.example:8443'],
      approvedAt: expect.any(String),
    });
    expect(files.approvalOf('b'.repeat(64))).toBeUndefined();
    const approvals = join(folder, 'approvals');
    expect(readdirSync(approvals)).toEqual([`${definition}.json`]);
    expect(statSync(join(approvals, `${definition}.json`)).mode & 0o777).toBe(0o600);
  });

  it('is asked for again where the file is damaged or is another one’s', () => {
    const files = new EnvironmentFiles(folder);
    files.approve({ definition, hosts: [] });
    const path = join(folder, 'approvals', `${definition}.json`);
    for (const text of ['', '{}', `{"definition":"${'b'.repeat(64)}","hosts":[],"approvedAt":"x"}`]) {
      writeFileSync(path, text);
      expect(files.approvalOf(definition)).toBeUndefined();
    }
  });

  it('stands beside the images that were made here, by their keys', () => {
    const files = new EnvironmentFiles(folder);
    const [key, id] = ['0a'.repeat(16), `sha256:${'b'.repeat(64)}`];
    expect(files.imageOf(key)).toBeUndefined();
    files.noteImage(key, id);
    expect(new EnvironmentFiles(folder).imageOf(key)).toBe(id);
    expect(files.imageOf('0b'.repeat(16))).toBeUndefined();
    expect(statSync(join(folder, 'images', key)).mode & 0o777).toBe(0o600);
    writeFileSync(join(folder, 'images', key), 'nightshift/deps:evil');
    expect(files.imageOf(key)).toBeUndefined();
  });

  it('names files by nothing but a hash, and hosts by nothing but a name', () => {
    const files = new EnvironmentFiles(folder);
    expect(files.approve({ definition: '../../x', hosts: [] }).ok).toBe(false);
    expect(files.approve({ definition, hosts: ['--x', 'http://a'] }).ok).toBe(false);
    expect(files.approvalOf('../../etc/passwd')).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('cannot be kept where the folder cannot be written, and says so', () => {
    writeFileSync(join(folder, 'file'), '');
    const files = new EnvironmentFiles(join(folder, 'file', 'below'));
    expect(files.approve({ definition, hosts: [] })).toMatchObject({
      ok: false,
      error: { reason: 'state-unwritable' },
    });
  });
});

describe('work asked for several times at once', () => {
  it('is done once, and aborted only when nobody waits any more', async () => {
    const shared = new SharedWork<string>();
    let starts = 0;
    let finish: (text: string) => void = () => undefined;
    let ending: AbortSignal | undefined;
    const start = (signal: AbortSignal): Promise<string> => {
      starts += 1;
      ending = signal;
      return new Promise((resolve) => {
        finish = resolve;
      });
    };
    const [first, second] = [new AbortController(), new AbortController()];
    const one = shared.run('k', first.signal, () => 'aborted', start);
    const two = shared.run('k', second.signal, () => 'aborted', start);
    first.abort();
    expect(await one).toBe('aborted');
    expect(ending?.aborted).toBe(false);
    finish('done');
    expect(await two).toBe('done');
    expect(starts).toBe(1);
    const three = shared.run('k', second.signal, () => 'aborted', start);
    second.abort();
    expect(await three).toBe('aborted');
    expect(ending?.aborted).toBe(true);
    expect(starts).toBe(2);
  });

  it('is begun anew by whoever asks while what nobody waited for is still ending', async () => {
    const shared = new SharedWork<string>();
    const finish: ((text: string) => void)[] = [];
    const start = (): Promise<string> => new Promise((resolve) => finish.push(resolve));
    const never = new AbortController().signal;
    const first = new AbortController();
    const one = shared.run('k', first.signal, () => 'mine', start);
    first.abort();
    expect(await one).toBe('mine');
    const two = shared.run('k', never, () => 'mine', start);
    finish[0]?.('cut short');
    await new Promise((resolve) => setImmediate(resolve));
    const three = shared.run('k', never, () => 'mine', start);
    expect(finish).toHaveLength(2);
    finish[1]?.('whole');
    expect([await two, await three]).toEqual(['whole', 'whole']);
  });
});
