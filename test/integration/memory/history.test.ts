import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommitFact } from '../../../src/core/memory/commitFact.ts';
import { HistoryParser } from '../../../src/node/memory/history/parseHistory.ts';
import { readHistory } from '../../../src/node/memory/history/readHistory.ts';
import { must, signal, TemporaryRepository } from '../repository/temporaryRepository.ts';

let repository: TemporaryRepository;

beforeEach(() => {
  repository = new TemporaryRepository();
});

afterEach(() => {
  repository.remove();
});

async function read(known?: string, root = repository.root, depth?: number) {
  const commits: CommitFact[] = [];
  const plans: { anew: boolean; removed: readonly string[] }[] = [];
  const result = await readHistory(
    { root, signal, ...(known === undefined ? {} : { known }), ...(depth === undefined ? {} : { depth }) },
    {
      begin: (plan) => Promise.resolve(void plans.push(plan)),
      add: (batch) => Promise.resolve(void commits.push(...batch)),
    },
  );
  return { result, commits, plan: plans[0], subjects: commits.map(({ subject }) => subject) };
}

function commit(message: string | Buffer, files: Readonly<Record<string, string>>, ...more: string[]): string {
  for (const [path, content] of Object.entries(files)) {
    repository.write(path, content);
  }
  repository.git('add', '-A');
  const env = { PATH: process.env['PATH'] ?? '', HOME: repository.home, LC_ALL: 'C' };
  execFileSync(
    'git',
    [...more, 'commit', '-q', '--allow-empty', '--allow-empty-message', '--cleanup=verbatim', '-F', '-'],
    {
      cwd: repository.root,
      env,
      input: message,
    },
  );
  return repository.git('rev-parse', 'HEAD').trim();
}

describe('reading history', () => {
  it('gives commits newest first, with their files and without trailers', async () => {
    commit('First', { 'a.txt': '1' });
    commit('Second\n\nWhy it was done.\n\nSigned-off-by: A <a@example.invalid>\n', {
      'a.txt': '2',
      'dir/with space.txt': 'x',
    });
    const { result, commits, plan } = await read();
    expect(must(result)).toMatchObject({ commits: 2, shallow: false });
    expect(plan).toEqual({ anew: true, removed: [] });
    expect(commits).toMatchObject([
      {
        subject: 'Second',
        body: 'Why it was done.',
        files: ['a.txt', 'dir/with space.txt'],
        author: 'Test <test@example.invalid>',
      },
      { subject: 'First', body: '', files: ['a.txt'] },
    ]);
  });

  it('gives only what is new, and names what a rebase took away', async () => {
    const first = commit('First', { a: '1' });
    const second = commit('Second', { a: '2' });
    expect(await read(second)).toMatchObject({ subjects: [], plan: { anew: false, removed: [] } });
    commit('Third', { a: '3' });
    expect(await read(second)).toMatchObject({ subjects: ['Third'], plan: { anew: false, removed: [] } });
    repository.git('reset', '-q', '--hard', first);
    commit('Other second', { b: '2' });
    expect(await read(second)).toMatchObject({ subjects: ['Other second'], plan: { anew: false, removed: [second] } });
    expect(await read('f'.repeat(40))).toMatchObject({ subjects: ['Other second', 'First'], plan: { anew: true } });
    expect(await read('--output=x')).toMatchObject({ subjects: ['Other second', 'First'], plan: { anew: true } });
    expect(existsSync(join(repository.root, 'x'))).toBe(false);
  });

  it('leaves merges out, follows the mailmap, and stops at the depth', async () => {
    commit('First', { a: '1', '.mailmap': 'Proper Name <proper@example.invalid> <test@example.invalid>\n' });
    repository.git('checkout', '-q', '-b', 'side');
    commit('On the side', { b: '1' });
    repository.git('checkout', '-q', 'main');
    commit('On main', { c: '1' });
    repository.git('merge', '-q', '--no-ff', '-m', 'Merge', 'side');
    const { subjects, commits } = await read();
    expect(subjects.toSorted()).toEqual(['First', 'On main', 'On the side']);
    expect(commits[0]?.author).toBe('Proper Name <proper@example.invalid>');
    expect((await read(undefined, repository.root, 2)).commits).toHaveLength(2);
  });

  it('tells an empty repository, a shallow clone and no repository apart', async () => {
    expect(await read()).toMatchObject({
      result: { ok: true, value: { head: undefined, commits: 0 } },
      plan: { anew: true },
    });
    commit('First', { a: '1' });
    commit('Second', { a: '2' });
    const clone = join(repository.folder, 'clone');
    repository.git('clone', '-q', '--depth', '1', `file://${repository.root}`, clone);
    expect(await read(undefined, clone)).toMatchObject({ result: { value: { shallow: true } }, subjects: ['Second'] });
    expect((await read(undefined, repository.folder)).result).toMatchObject({
      ok: false,
      error: { reason: 'not-a-repository' },
    });
  });

  it('is not misled by what messages and names hold, nor by the repository’s configuration', async () => {
    const id = 'a'.repeat(40);
    commit(`\u0001\u0002${id}\n:100644 100644 x y M\n${id}\n`, { [`:${id}`]: '1', [id]: '2', 'new\nline': '3' });
    commit('', { empty: '1' });
    commit(Buffer.from([0x63, 0x61, 0x66, 0xe9]), { latin: '1' }, '-c', 'i18n.commitEncoding=ISO-8859-1');
    commit(Buffer.from([0x62, 0xff, 0xfe]), { broken: '1' });
    repository.git('config', 'log.showRoot', 'false');
    repository.git('config', 'log.showSignature', 'true');
    repository.git('config', 'mailmap.file', '/dev/zero');
    const { commits } = await read();
    expect(commits.map(({ files }) => files.toSorted())).toEqual([
      ['broken'],
      ['latin'],
      ['empty'],
      [`:${id}`, id, 'new\nline'].toSorted(),
    ]);
    expect(commits[1]?.subject).toBe('café');
    expect(commits[2]?.subject).toBe('');
  });

  it('parses alike however the answer is divided', async () => {
    commit('First', { a: '1' });
    commit('Second', { b: '1' });
    const { commits } = await read();
    const record = (fact: CommitFact): string =>
      `${fact.id}\0${fact.time}\0${fact.author}\0${fact.subject}\n\0\0\n${fact.files.map((file) => `:000000 100644 0 1 A\0${file}\0`).join('')}`;
    const bytes = Buffer.from(commits.map(record).join(''));
    for (const size of [1, 2, 7, bytes.length]) {
      const parser = new HistoryParser();
      const parsed: CommitFact[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        parsed.push(...parser.push(bytes.subarray(at, at + size)));
      }
      expect([...parsed, ...parser.end()]).toEqual(commits);
    }
  });
});
