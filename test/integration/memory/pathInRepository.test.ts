import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameOrPath, pathInRepository } from '../../../src/cli/pathInRepository.ts';

describe('a path that was typed', () => {
  let above: string;
  let root: string;
  beforeAll(() => {
    above = realpathSync(mkdtempSync(join(tmpdir(), 'ns-paths-')));
    root = join(above, 'shop');
    mkdirSync(join(root, 'src', 'deep'), { recursive: true });
    writeFileSync(join(root, 'src', 'use.ts'), '');
    symlinkSync(root, join(above, 'link'));
    symlinkSync('use.ts', join(root, 'src', 'alias.ts'));
  });
  afterAll(() => rmSync(above, { recursive: true, force: true }));

  const from = (cwd: string, folder = cwd) => ({ root, cwd: join(above, cwd), folder: join(above, folder) });

  it.each([
    ['src/use.ts', 'shop'],
    ['./src/use.ts', 'shop'],
    ['src/../src/use.ts', 'shop'],
    ['use.ts', 'shop/src'],
    ['./use.ts', 'shop/src'],
    ['../use.ts', 'shop/src/deep'],
    ['use.ts', 'link/src'],
  ])('%s in %s is told from the root', (given, cwd) => {
    expect(pathInRepository(given, from(cwd))).toEqual({ ok: true, value: 'src/use.ts' });
    expect(nameOrPath(given, from(cwd))).toEqual({ ok: true, value: 'src/use.ts' });
  });

  it('may be whole, lead through a link to the repository, and name what is gone, a folder or a link', () => {
    const path = (given: string) => pathInRepository(given, from('shop'));
    expect(path(join(root, 'src/use.ts'))).toEqual({ ok: true, value: 'src/use.ts' });
    expect(path(join(above, 'link/src/use.ts'))).toEqual({ ok: true, value: 'src/use.ts' });
    expect(path(join(above, 'link/gone/by/now.ts'))).toEqual({ ok: true, value: 'gone/by/now.ts' });
    expect(path('src/')).toEqual({ ok: true, value: 'src' });
    expect(path('..a/x')).toEqual({ ok: true, value: '..a/x' });
    expect(path('src/alias.ts')).toEqual({ ok: true, value: 'src/alias.ts' });
  });

  it('is meant from the folder of --repo where that is elsewhere', () => {
    const elsewhere = { ...from('', 'shop/src') };
    expect(pathInRepository('use.ts', elsewhere)).toEqual({ ok: true, value: 'src/use.ts' });
  });

  it('is refused outside of the repository, and where it is all of it', () => {
    for (const given of ['../other.ts', '/etc/passwd', join(above, 'shop-two/a.ts')]) {
      const refused = pathInRepository(given, from('shop'));
      expect(refused).toMatchObject({ ok: false, error: { reason: 'usage' } });
      expect(nameOrPath(given, from('shop'))).toEqual(refused);
    }
    expect(pathInRepository('.', from('shop'))).toMatchObject({
      error: { message: expect.stringContaining('whole repository') },
    });
  });

  it('is a name where it is not written as a path and no file has it', () => {
    for (const given of ['Cart.add', 'symbol:src/use.ts#use', 'src', 'src/gone.ts']) {
      expect(nameOrPath(given, from('shop'))).toEqual({ ok: true, value: given });
    }
    expect(nameOrPath('src/use.ts', from('shop/src'))).toEqual({ ok: true, value: 'src/use.ts' });
  });
});
