import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nullLogger } from '../../../src/base/logger.ts';
import { openWorkspace } from '../../../src/host/openWorkspace.ts';
import { workspacePaths } from '../../../src/host/paths.ts';
import { TemporaryRepository } from '../../integration/repository/temporaryRepository.ts';

let repository: TemporaryRepository;

beforeEach(() => {
  repository = new TemporaryRepository();
});

afterEach(() => {
  repository.remove();
});

async function open(root: string) {
  const bundles = join(repository.folder, 'dist');
  mkdirSync(bundles, { recursive: true });
  writeFileSync(join(bundles, 'guest.cjs'), '');
  const paths = workspacePaths(root, { NIGHTSHIFT_HOME: repository.state });
  mkdirSync(paths.directory, { recursive: true });
  const opened = await openWorkspace({
    paths,
    product: 'test',
    logger: nullLogger,
    bundles,
    media: repository.folder,
    environment: {},
  });
  if (opened.ok) {
    await opened.value.close();
  }
  return { opened, stored: existsSync(join(paths.directory, 'store.git')) };
}

describe('opening a workspace', () => {
  it('refuses a folder whose repository has its root elsewhere, before anything of it is read', async () => {
    repository.commit({ 'private.txt': 'x\n', 'sub/a.txt': 'a\n' });
    expect(await open(join(repository.root, 'sub'))).toMatchObject({
      opened: {
        ok: false,
        error: { reason: 'root-elsewhere', message: expect.stringContaining(`has its root at ${repository.root}.`) },
      },
      stored: false,
    });
  });

  it('takes the root itself, also by a link', async () => {
    repository.commit({ 'a.txt': 'a\n' });
    const link = join(repository.folder, 'link');
    symlinkSync(repository.root, link);
    for (const root of [repository.root, link]) {
      expect(await open(root), root).toMatchObject({ opened: { ok: true }, stored: true });
    }
  });
});
