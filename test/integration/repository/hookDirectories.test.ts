import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeRepository } from '../../../src/node/repository/describeRepository.ts';
import { readUserConfiguration } from '../../../src/node/repository/userConfiguration.ts';
import { must, signal, TemporaryRepository } from './temporaryRepository.ts';

let repository: TemporaryRepository;

beforeEach(() => {
  repository = new TemporaryRepository();
});

afterEach(() => {
  repository.remove();
});

async function directories(): Promise<readonly string[]> {
  const described = must(await describeRepository(repository.root, signal));
  return must(await readUserConfiguration(described, signal)).hookDirectories;
}

describe('the folder of hooks that the configuration names', () => {
  it.each([
    ['tools/hooks', ['tools/hooks']],
    ['./tools/../hooks/', ['hooks']],
    ['..hooks', ['..hooks']],
    ['~/../repository/tools/hooks', ['tools/hooks']],
    ['~/hooks', []],
    ['../hooks', []],
    ['/etc/hooks', []],
  ])('is known inside the tree, however it is written: %s', async (value, expected) => {
    repository.git('config', 'core.hooksPath', value);
    expect(await directories()).toEqual(expected);
  });

  it("is the repository's own over the user's, and none when none is named", async () => {
    expect(await directories()).toEqual([]);
    repository.gitIn(repository.home, 'config', '--global', 'core.hooksPath', join(repository.root, 'everywhere'));
    expect(await directories()).toEqual(['everywhere']);
    repository.git('config', 'core.hooksPath', 'here');
    expect(await directories()).toEqual(['here']);
  });

  it('is known by both names when it is reached through a link', async () => {
    repository.write('real/pre-commit', '');
    symlinkSync(repository.root, join(repository.home, 'work'));
    repository.git('config', 'core.hooksPath', '~/work/real');
    expect(await directories()).toEqual(['real']);
    symlinkSync('real', join(repository.root, 'named'));
    repository.git('config', 'core.hooksPath', 'named');
    expect(await directories()).toEqual(['named', 'real']);
  });

  it('protects the hooks in it from a change that an agent makes', async () => {
    repository.git('config', 'core.hooksPath', '~/../repository/tools/hooks');
    repository.commit({ 'a.txt': 'a\n' });
    const store = await repository.open();
    const { tree } = must(await store.snapshot(signal));
    const change = { path: 'tools/hooks/pre-commit', op: 'write', mode: '100644', bytes: Buffer.from('x') } as const;
    expect(must(await store.importChanges(tree, [change], signal)).judgement.protected).toMatchObject([
      { path: 'tools/hooks/pre-commit', rule: 'P-HOOKS' },
    ]);
  });
});
