import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeWriterLock } from '../../../../src/node/memory/vectra/writerLock.ts';
import { must } from '../../repository/temporaryRepository.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightshift-lock-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the lock of an index', () => {
  it.each([
    ['new', () => undefined],
    ['of garbage', () => writeFileSync(join(folder, 'writer.lock'), 'garbage '.repeat(1_000))],
  ])('that is %s is held by one at a time', (_what, prepare) => {
    prepare();
    const held = must(takeWriterLock(folder));
    expect(takeWriterLock(folder)).toMatchObject({ ok: false, error: { reason: 'in-use' } });
    held.dispose();
    must(takeWriterLock(folder)).dispose();
  });
});
