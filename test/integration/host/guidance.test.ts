import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GuidanceDesk } from '../../../src/host/guidanceDesk.ts';
import { GuidancePinFile } from '../../../src/node/repository/guidancePinFile.ts';
import { MemoryTreeStore } from '../../fakes/memoryTreeStore.ts';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightshift-pins-'));
  path = join(folder, 'workspaces', 'x', 'guidance-pins.json');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function desk(files: Readonly<Record<string, string>>): GuidanceDesk {
  return new GuidanceDesk({ store: new MemoryTreeStore(files), pins: new GuidancePinFile(path), sha256 });
}

async function states(files: Readonly<Record<string, string>>) {
  const view = await desk(files).view();
  return view.ok ? view.value.map((file) => [file.path, file.status, file.about]) : view.error;
}

describe('pins of a workspace', () => {
  const before = { 'AGENTS.md': 'Use tabs.', 'lib/AGENTS.md': 'Use spaces.', 'README.md': 'x' };

  test('hold for exactly the bytes that were pinned, and until they are taken back', async () => {
    expect(await states(before)).toEqual([
      ['AGENTS.md', 'unpinned', 'all files'],
      ['lib/AGENTS.md', 'unpinned', 'files in lib'],
    ]);
    const pinned = await desk(before).pin({ path: 'AGENTS.md', sha256: sha256('Use tabs.') });
    expect(pinned).toMatchObject({ ok: true, value: [{ status: 'pinned' }, { status: 'unpinned' }] });
    expect(await states({ ...before, 'AGENTS.md': 'Use tabs. ' })).toContainEqual([
      'AGENTS.md',
      'changed',
      'all files',
    ]);
    expect(await states(before)).toContainEqual(['AGENTS.md', 'pinned', 'all files']);
    expect(await states({ 'README.md': 'x' })).toEqual([['AGENTS.md', 'gone', '']]);
    expect(await desk(before).unpin('AGENTS.md')).toMatchObject({ ok: true, value: [{ status: 'unpinned' }, {}] });
    expect(await new GuidancePinFile(path).all()).toEqual([]);
  });

  test('are of what was shown: bytes that do not stand there, or are no instructions, are not pinned', async () => {
    for (const [file, text] of [
      ['AGENTS.md', 'Use something else.'],
      ['README.md', 'x'],
    ] as const) {
      const refused = await desk(before).pin({ path: file, sha256: sha256(text) });
      expect(refused).toMatchObject({ ok: false, error: { reason: 'changed-meanwhile' } });
    }
    expect(await new GuidancePinFile(path).all()).toEqual([]);
  });

  test('are kept closed to others, all of several at once; a file that is not as it was written trusts nothing', async () => {
    const pins = new GuidancePinFile(path);
    const hash = (index: number): string => sha256(String(index));
    await Promise.all([1, 2, 3].map((index) => pins.pin({ path: `${index}`, sha256: hash(index) })));
    expect(await pins.all()).toHaveLength(3);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const text = readFileSync(path, 'utf8');
    for (const damaged of [
      '',
      text.slice(0, -5),
      text.replace('"version":1', '"version":2'),
      '{"version":1,"pins":[{}]}',
    ]) {
      writeFileSync(path, damaged);
      expect(await pins.all()).toEqual([]);
    }
    expect(await pins.pin({ path: 'a', sha256: hash(1) })).toMatchObject({ ok: true });
    expect(await pins.all()).toHaveLength(1);
  });
});
