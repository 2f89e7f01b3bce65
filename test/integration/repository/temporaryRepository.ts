import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeRepository } from '../../../src/node/repository/describeRepository.ts';
import { type GitTreeStore, openGitTreeStore } from '../../../src/node/repository/gitTreeStore.ts';

export const signal = new AbortController().signal;

/** A real repository in a folder of its own, with a home of its own, so that nothing of this machine's configuration plays a part. */
export class TemporaryRepository {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'nightshift-test-')));
  readonly root = join(this.folder, 'repository');
  readonly home = join(this.folder, 'home');
  readonly state = join(this.folder, 'state');
  private readonly formerHome = process.env['HOME'];

  constructor(...initArguments: string[]) {
    mkdirSync(this.home);
    mkdirSync(this.root);
    process.env['HOME'] = this.home;
    writeFileSync(join(this.home, '.gitconfig'), '[user]\n\tname = Test\n\temail = test@example.invalid\n');
    this.git('init', '-q', '-b', 'main', ...initArguments);
  }

  git(...words: string[]): string {
    return this.gitIn(this.root, ...words);
  }

  gitIn(directory: string, ...words: string[]): string {
    const env = { PATH: process.env['PATH'] ?? '', HOME: this.home, LC_ALL: 'C' };
    return execFileSync('git', words, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] }).toString('utf8');
  }

  write(path: string, content: string | Uint8Array, mode = 0o644): void {
    const target = join(this.root, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content, { mode });
  }

  read(path: string): Buffer {
    return readFileSync(join(this.root, path));
  }

  commit(files: Readonly<Record<string, string>> = {}): void {
    for (const [path, content] of Object.entries(files)) {
      this.write(path, content);
    }
    this.git('add', '-A');
    this.git('commit', '-q', '-m', 'work');
  }

  async open(root = this.root): Promise<GitTreeStore> {
    const repository = await describeRepository(root, signal);
    if (!repository.ok) {
      throw new Error(repository.error.message);
    }
    const store = await openGitTreeStore(repository.value, this.state, signal);
    if (!store.ok) {
      throw new Error(store.error.message);
    }
    return store.value;
  }

  remove(): void {
    if (this.formerHome === undefined) {
      delete process.env['HOME'];
    } else {
      process.env['HOME'] = this.formerHome;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Every file below a folder, `.git` included: path to type, mode and hash of the content. */
export function fingerprint(directory: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(directory, { recursive: true })) {
    const path = join(directory, String(entry));
    const stat = lstatSync(path);
    const content =
      stat.isFile() && stat.size < 1e8 ? readFileSync(path) : stat.isSymbolicLink() ? readlinkSync(path) : '';
    found[String(entry)] =
      `${stat.mode.toString(8)} ${stat.size} ${createHash('sha256').update(content).digest('hex')}`;
  }
  return found;
}

export function must<T>(result: { ok: true; value: T } | { ok: false; error: { message: string } }): T {
  if (!result.ok) {
    throw new Error(result.error.message);
  }
  return result.value;
}

export async function filesOf(store: GitTreeStore, tree: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const file of store.files(tree, signal)) {
    found[file.path] = `${file.mode} ${Buffer.from(file.bytes).toString('latin1')}`;
  }
  return found;
}
