import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHostLock, takeHostLock } from '../../../src/host/hostLock.ts';
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
