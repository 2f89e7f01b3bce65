import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../scripts/provision/projectPaths.ts';

/** A real repository in a folder of its own, made from a fixture, with one commit. */
export interface TestRepository {
  readonly root: string;
  git(...args: readonly string[]): string;
  /** Status, refs, index and the hash of every file that is not in `.git`: equal before and after means untouched. */
  fingerprint(): string;
  remove(): void;
}

export function createRepository(fixture: string): TestRepository {
  const root = mkdtempSync(join(tmpdir(), `nightshift-${fixture}-`));
  cpSync(join(projectRoot, 'test', 'fixtures', 'repositories', fixture), root, { recursive: true });
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', GIT_OPTIONAL_LOCKS: '0' },
    });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'First');
  return {
    root,
    git,
    fingerprint: () =>
      [
        git('status', '--porcelain=v2', '--branch'),
        git('for-each-ref'),
        git('ls-files', '--stage'),
        ...hashes(root),
      ].join('\n'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function hashes(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join(root, '.git')))
    .sort()
    .map((path) => `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`);
}
