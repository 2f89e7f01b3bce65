import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const script = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'scripts', 'bootstrap.mjs');

/** Stands for npm: notes its words, complains as it is asked to, and empties node_modules as `npm ci` does. */
const npm = `
const { rmSync, writeFileSync } = require('node:fs');
writeFileSync('words.json', JSON.stringify(process.argv.slice(2)));
writeFileSync('engine.txt', process.env.ONNXRUNTIME_NODE_INSTALL ?? '');
rmSync('node_modules/kept.txt', { force: true });
process.stderr.write('npm error the registry is on fire\\n');
process.exit(1);
`;

describe('the first start in a clone', () => {
  let clone: string;
  beforeEach(() => {
    clone = mkdtempSync(join(tmpdir(), 'ns-bootstrap-'));
    mkdirSync(join(clone, 'scripts'));
    cpSync(script, join(clone, 'scripts', 'bootstrap.mjs'));
    writeFileSync(join(clone, 'package-lock.json'), '{}');
    writeFileSync(join(clone, 'npm.js'), npm);
  });
  afterEach(() => rmSync(clone, { recursive: true, force: true }));

  function start() {
    const env = { ...process.env, npm_execpath: join(clone, 'npm.js') };
    return spawnSync(process.execPath, ['scripts/bootstrap.mjs'], { cwd: clone, env, encoding: 'utf8' });
  }

  test('installs without the warnings of npm, and shows its errors', () => {
    const { status, stderr } = start();
    expect(status).toBe(1);
    expect(stderr).toContain('npm error the registry is on fire');
    expect(JSON.parse(readFileSync(join(clone, 'words.json'), 'utf8'))).toEqual(
      expect.arrayContaining(['ci', '--loglevel=error']),
    );
  });

  test('has no package fetch libraries for graphics cards', () => {
    start();
    expect(readFileSync(join(clone, 'engine.txt'), 'utf8')).toBe('skip');
  });

  test('does not install through a link: the folder behind it belongs to somebody else', () => {
    const shared = join(clone, 'shared');
    mkdirSync(shared);
    writeFileSync(join(shared, 'kept.txt'), 'theirs');
    symlinkSync(shared, join(clone, 'node_modules'));
    const { status, stderr } = start();
    expect(status).toBe(1);
    expect(stderr).toMatch(/bootstrap: \S+node_modules is a link, [^\n]+\n$/);
    expect(existsSync(join(shared, 'kept.txt'))).toBe(true);
    expect(existsSync(join(clone, 'words.json'))).toBe(false);
  });
});
