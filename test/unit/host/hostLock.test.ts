import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { breakHostLock, readHostLock, takeHostLock } from '../../../src/host/hostLock.ts';
import { hostId } from '../../../src/node/sandbox/owner.ts';
import { processStart } from '../../../src/host/processStart.ts';

describe('host lock', () => {
  let folder: string;
  const own = { socket: '/run/x.sock', product: '1.2.3', protocol: 1 };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ns-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is held by one, says by whom, and is free again after it was given back', () => {
    const first = takeHostLock(folder, own);
    expect(first).toMatchObject({ ok: true, value: { holder: { pid: process.pid, ...own } } });
    expect(takeHostLock(folder, own)).toMatchObject({
      ok: false,
      error: { reason: 'held', holder: { pid: process.pid }, message: expect.stringContaining('1.2.3') as string },
    });
    expect(readHostLock(folder)).toMatchObject({ pid: process.pid });
    if (first.ok) {
      first.value.dispose();
    }
    expect(readHostLock(folder)).toBeUndefined();
    expect(takeHostLock(folder, own)).toMatchObject({ ok: true });
    expect(readdirSync(folder)).toEqual(['host.2']);
  });

  it.each([
    ['a process that is gone', { pid: 999_999_999, started: 'x' }],
    ['another program that got the pid', { pid: process.pid, started: 'another life' }],
  ])('is taken over from %s', (_, holder) => {
    writeFileSync(join(folder, 'host.41'), JSON.stringify({ ...holder, ...own, released: false }));
    expect(takeHostLock(folder, own)).toMatchObject({ ok: true });
    expect(readdirSync(folder)).toEqual(['host.42']);
  });

  const foreign = { pid: 999_999_999, started: 'x', host: '0123456789abcdef', ...own, released: false };

  it('stays with a holder elsewhere, whose process cannot be seen from here, until a person frees it', () => {
    writeFileSync(join(folder, 'host.7'), JSON.stringify(foreign));
    expect(takeHostLock(folder, own)).toMatchObject({
      ok: false,
      error: {
        reason: 'held',
        holder: foreign,
        message: expect.stringContaining('nightshift host stop --force') as string,
      },
    });
    expect(readHostLock(folder)).toMatchObject({ host: foreign.host });
    breakHostLock(folder);
    expect(readHostLock(folder)).toBeUndefined();
    expect(takeHostLock(folder, own)).toMatchObject({ ok: true, value: { holder: { host: hostId() } } });
    expect(readdirSync(folder)).toEqual(['host.8']);
  });

  it('is given back by a holder elsewhere itself, and never freed for one that is here', () => {
    writeFileSync(join(folder, 'host.7'), JSON.stringify({ ...foreign, released: true }));
    expect(takeHostLock(folder, own)).toMatchObject({ ok: true });
    breakHostLock(folder);
    expect(readHostLock(folder)).toMatchObject({ pid: process.pid });
  });

  it.each([
    ['a living process', process.pid, true],
    ['a process that is gone', 999_999_999, false],
  ])('of a version that did not note its host is judged by its process: %s', (_, pid, held) => {
    const old = { pid, started: processStart(pid) ?? 'x', ...own, released: false };
    writeFileSync(join(folder, 'host.1'), JSON.stringify(old));
    expect(takeHostLock(folder, own).ok).toBe(!held);
  });

  const unshare = ['--pid', '--fork', '--mount-proc'];
  const canUnshare = process.platform === 'linux' && spawnSync('/usr/bin/unshare', [...unshare, 'true']).status === 0;

  it.skipIf(!canUnshare)('is not taken from a living host by a process in another pid namespace', () => {
    expect(takeHostLock(folder, own)).toMatchObject({ ok: true });
    const before = readFileSync(join(folder, 'host.1'), 'utf8');
    const source = new URL('../../../src/host/hostLock.ts', import.meta.url).href;
    const program = `const { takeHostLock } = await import(${JSON.stringify(source)});
      const { ok, error } = takeHostLock(${JSON.stringify(folder)}, ${JSON.stringify(own)});
      console.log(JSON.stringify({ ok, reason: error?.reason }));`;
    const script = ['--input-type=module', '-e', program];
    const ran = spawnSync('/usr/bin/unshare', [...unshare, process.execPath, ...script], { encoding: 'utf8' });
    expect(JSON.parse(ran.stdout)).toEqual({ ok: false, reason: 'held' });
    expect(readFileSync(join(folder, 'host.1'), 'utf8')).toBe(before);
    expect(readdirSync(folder)).toEqual(['host.1']);
  });

  it('waits for content that may still be written, and takes over what stays unreadable', () => {
    writeFileSync(join(folder, 'host.3'), '{"pid":');
    expect(takeHostLock(folder, own)).toMatchObject({ ok: false, error: { reason: 'held' } });
    rmSync(join(folder, 'host.3'));
    expect(takeHostLock(folder, own)).toMatchObject({ ok: true });
  });

  it('clears away drafts of processes that are gone, and of no other', () => {
    const drafts = ['draft.999999999.a', `draft.${process.ppid}.b`, 'draft.0123456789abcdef'];
    drafts.forEach((name) => writeFileSync(join(folder, name), '{}'));
    expect(takeHostLock(folder, own)).toMatchObject({ ok: true });
    expect(readdirSync(folder).sort()).toEqual([`draft.${process.ppid}.b`, 'host.1']);
  });

  it('says what to do when its folder is missing', () => {
    expect(takeHostLock(join(folder, 'none'), own)).toMatchObject({
      ok: false,
      error: { reason: 'state-unwritable', message: expect.stringContaining('NIGHTSHIFT_HOME') as string },
    });
  });

  it('tells one life of a process from another and knows who is gone', () => {
    expect(processStart(process.pid)).toBe(processStart(process.pid));
    expect(processStart(process.pid)).not.toBe(processStart(process.ppid));
    expect(processStart(999_999_999)).toBeUndefined();
  });
});
