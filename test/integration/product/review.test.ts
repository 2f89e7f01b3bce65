import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import { requireEngine } from '../requirements.ts';
import { editTurn, finishTurn } from './counterScript.ts';
import { Product } from './product.ts';

const { skip, why } = requireEngine();
const mended = '    this.#value = Math.max(0, this.#value - step);\n';
const broken = '    this.#value = this.#value - step;\n';
const note = '# Changes\n\n- down() stops at zero.\n';

/** Changes two files and hands them in. */
const twoFiles: readonly FakeTurn[] = [
  editTurn,
  { calls: [{ name: 'write_file', arguments: { path: 'CHANGES.md', content: note } }] },
  finishTurn,
];

describe.skipIf(skip)(`what becomes of a result ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;

  beforeEach(async () => {
    product = new Product({ fixture: 'node-counter', variables: { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc' } });
    fake = await startFakeOllama({ script: twoFiles });
  });

  afterEach(async () => {
    expect(fake.violations).toEqual([]);
    await fake.close();
    await product.remove();
  });

  async function ready(): Promise<string> {
    const { code, task } = await product.task([
      'run',
      'stop at zero',
      '--model',
      'ollama:scripted',
      '--ollama-host',
      fake.url,
    ]);
    expect({ code, state: task.state, verdict: task.proof?.verdict }).toEqual({
      code: 0,
      state: 'ready',
      verdict: 'green',
    });
    return task.id;
  }

  it('is out of the checkout again when its accept is undone, and can be accepted again', async () => {
    const id = await ready();
    const before = product.snapshot();
    expect(await product.task(['apply', id])).toMatchObject({ code: 0, task: { state: 'applied' } });
    expect(product.snapshot()).not.toEqual(before);
    await product.run(['host', 'stop']);
    expect(await product.task(['undo', id])).toMatchObject({ code: 0, task: { state: 'ready' } });
    expect(product.snapshot()).toEqual(before);
    expect(await product.task(['apply', id])).toMatchObject({ code: 0, task: { state: 'applied' } });
    const part = await product.task(['undo', id, '--file', 'CHANGES.md']);
    expect(part).toMatchObject({ code: 0, task: { state: 'ready' } });
    expect(product.git('status', '--porcelain').trim()).toMatch(/^M \S+\.js$/);
  });

  it('goes where its accept says: staged and out again, to a branch, and the rest as a commit', async () => {
    product.git('config', 'user.name', 'Ada');
    product.git('config', 'user.email', 'ada@example.org');
    const id = await ready();
    const checkedOut = (): unknown => {
      const { status, files } = product.snapshot();
      const work = Object.entries(files).filter(([path]) => !path.startsWith('.git'));
      return { status, work, index: product.git('ls-files', '-s'), head: product.git('rev-parse', 'HEAD') };
    };
    const before = checkedOut();
    expect(await product.task(['apply', id, '--staged'])).toMatchObject({ code: 0, task: { state: 'applied' } });
    expect(product.git('diff', '--cached', '--name-only').trim().split('\n')).toHaveLength(2);
    await product.run(['host', 'stop']);
    expect(await product.task(['undo', id])).toMatchObject({ code: 0, task: { state: 'ready' } });
    expect(checkedOut()).toEqual(before);
    const half = await product.task(['apply', id, '--file', 'CHANGES.md', '--branch', 'changes']);
    expect(half).toMatchObject({ code: 0, task: { state: 'ready' } });
    expect(checkedOut()).toEqual(before);
    expect(product.git('show', 'changes:CHANGES.md')).toBe(note);
    const rest = await product.run(['apply', id, '--commit']);
    expect(rest).toMatchObject({ code: 0, stdout: expect.stringMatching(/committed {2}[0-9a-f]{12} on \S+\n/) });
    expect(product.git('log', '-1', '--format=%an|%s|%b')).toMatch(/^Ada\|stop at zero\|[^]*Nightshift-Task: /);
    expect(product.git('status', '--porcelain')).toBe('');
    const undone = await product.run(['undo', id]);
    expect(undone.code).not.toBe(0);
    expect(`${undone.stdout}${undone.stderr}`).toContain('git revert');
  });

  it('is not accepted to two places at once', async () => {
    const both = await product.run(['apply', 'task-1', '--staged', '--branch', 'topic']);
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('Choose one of --staged') });
  });

  it('leaves every byte of the repository and of .git as it was when the task is discarded', async () => {
    product.write('staged.txt', 'staged\n');
    product.git('add', 'staged.txt');
    product.write('README.md', 'changed and not staged\n');
    product.write('new folder/with space.txt', 'untracked\n');
    symlinkSync('../outside', join(product.root, 'link'));
    // Programs of the repository that would leave a file behind if anything of ours ran them.
    const trap = join(product.root, '.git', 'trap.sh');
    writeFileSync(trap, `#!/bin/sh\ntouch "${join(product.root, 'trapped')}"\n`);
    chmodSync(trap, 0o755);
    mkdirSync(join(product.root, '.git', 'hooks'), { recursive: true });
    for (const hook of ['post-checkout', 'post-index-change', 'pre-commit', 'post-merge', 'reference-transaction']) {
      symlinkSync(trap, join(product.root, '.git', 'hooks', hook));
    }
    product.git('config', 'core.fsmonitor', trap);
    product.git('config', 'filter.trap.clean', trap);
    product.git('config', 'filter.trap.smudge', trap);
    product.write('.gitattributes', '*.js filter=trap\n');

    const before = product.snapshot();
    expect(before.status).toContain('staged.txt');
    const id = await ready();
    expect(product.snapshot()).toEqual(before);
    const discarded = await product.task(['discard', id]);
    expect(discarded).toMatchObject({ code: 0, task: { id, state: 'discarded' } });
    expect(product.snapshot()).toEqual(before);
  });

  it('prints a patch that git takes, and applies exactly the result, once', async () => {
    const id = await ready();
    const patch = await product.run(['patch', id]);
    expect(patch).toMatchObject({ code: 0, stderr: '' });
    const file = join(product.folder, 'result.patch');
    writeFileSync(file, patch.stdout);
    execFileSync('git', ['apply', '--check', file], { cwd: product.root });
    expect(product.git('apply', '--numstat', file)).toBe('3\t0\tCHANGES.md\n1\t1\tsrc/counter.js\n');

    const source = product.read('src/counter.js');
    const applied = await product.task(['apply', id]);
    expect(applied).toMatchObject({ code: 0, task: { id, state: 'applied' } });
    expect(product.read('src/counter.js')).toBe(source.replace(broken, mended));
    expect(product.read('CHANGES.md')).toBe(note);
    expect(product.git('status', '--porcelain')).toBe(' M src/counter.js\n?? CHANGES.md\n');

    const after = product.snapshot();
    const again = await product.run(['apply', id, '--json']);
    expect(again).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^nightshift: .*applied.*\n$/) });
    expect(product.snapshot()).toEqual(after);
  });

  it('applies one file when one is named, and the rest later', async () => {
    const id = await ready();
    const unknown = await product.run(['apply', id, '--file', 'src/nowhere.js']);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringMatching(/^nightshift: .*CHANGES\.md.*\n$/) });
    const first = await product.task(['apply', id, '--file', 'CHANGES.md']);
    expect(first).toMatchObject({ code: 0, task: { state: 'ready' } });
    // Only a protected file is said to wait for an approval of its own, and there is none.
    expect(first.stdout.split('\n')).toHaveLength(2);
    expect(product.git('status', '--porcelain')).toBe('?? CHANGES.md\n');
    const rest = await product.task(['apply', id]);
    expect(rest).toMatchObject({ code: 0, task: { state: 'applied' } });
    expect(product.git('status', '--porcelain')).toBe(' M src/counter.js\n?? CHANGES.md\n');
  });

  it('refuses to overwrite what the user changed meanwhile, writes nothing, and keeps both', async () => {
    const id = await ready();
    const source = product.read('src/counter.js');
    const mine = source.replace(broken, '    this.#value -= step; // mine\n');
    product.write('src/counter.js', mine);
    const before = product.snapshot();
    const conflict = await product.run(['apply', id]);
    expect(conflict.code).toBe(1);
    expect((conflict.stdout + conflict.stderr).split('\n').filter((line) => /conflict/i.test(line))).toHaveLength(1);
    expect(conflict.stdout + conflict.stderr).toContain('src/counter.js');
    expect(product.snapshot()).toEqual(before);
    const asJson = await product.run(['apply', id, '--json']);
    expect(asJson.stdout.split('\n').map((line) => line.slice(0, 18))).toEqual([
      '{"type":"conflict"',
      '{"type":"task","id',
      '',
    ]);
    expect(await product.task(['show', id])).toMatchObject({ code: 0, task: { state: 'ready' } });

    // A change of the user's elsewhere in the file is no conflict: both stand in it afterwards.
    product.write('src/counter.js', `// mine, above\n${source}`);
    expect(await product.task(['apply', id])).toMatchObject({ code: 0, task: { state: 'applied' } });
    expect(product.read('src/counter.js')).toBe(`// mine, above\n${source.replace(broken, mended)}`);
  });

  it('takes single hunks over, leaves out what was rejected, and is applied when nothing is left to choose', async () => {
    const id = await ready();
    const source = product.read('src/counter.js');
    const listed = await product.run(['hunks', id, '--file', 'src/counter.js', '--json']);
    expect(JSON.parse(listed.stdout.trimEnd().split('\n').at(-1) ?? '')).toEqual({
      type: 'hunks',
      path: 'src/counter.js',
      count: 1,
    });
    const none = await product.run(['apply', id, '--file', 'src/counter.js', '--hunk', '2']);
    expect(none).toMatchObject({ code: 2 });
    expect(none.stderr).toContain('has 1 hunk, numbered from 1');
    expect(await product.run(['apply', id, '--hunk', '1'])).toMatchObject({ code: 2 });
    const rejected = await product.task(['reject', id, '--file', 'src/counter.js', '--hunk', '1']);
    expect(rejected).toMatchObject({ code: 0, task: { state: 'ready' } });
    expect(await product.task(['apply', id])).toMatchObject({ code: 0, task: { state: 'applied' } });
    expect(product.read('src/counter.js')).toBe(source);
    expect(product.read('CHANGES.md')).toBe(note);
  });

  it('takes back what was rejected', async () => {
    const id = await ready();
    await product.task(['reject', id, '--file', 'src/counter.js']);
    await product.task(['reject', id, '--file', 'src/counter.js', '--restore']);
    expect(await product.task(['apply', id, '--file', 'src/counter.js', '--hunk', '1'])).toMatchObject({
      code: 0,
      task: { state: 'ready' },
    });
    expect(product.read('src/counter.js')).toContain(mended);
  });
});
