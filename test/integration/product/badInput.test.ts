import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { requireEngine } from '../requirements.ts';
import { finishTurn, shortTurns } from './counterScript.ts';
import { type Finished, Product } from './product.ts';

const { skip, why } = requireEngine();

/** One line on stderr that says what to do, and nothing of our own insides. */
function expectOneLine(finished: Finished, code: number, message: RegExp): void {
  expect({ code: finished.code, stdout: finished.stdout }).toEqual({ code, stdout: '' });
  expect(finished.stderr).toMatch(/^nightshift: [^\n]+\n$/);
  expect(finished.stderr).toMatch(message);
  expect(finished.stderr).not.toMatch(/\bat \S+ \(|node:internal|\.cjs|undefined|\[object/);
}

describe(`bad command lines`, () => {
  let product: Product;
  beforeAll(() => {
    product = new Product({ fixture: 'node-counter' });
  });
  afterAll(() => product.remove());

  it.each<{ args: readonly string[]; message: RegExp }>([
    { args: ['run', 'goal', '--frobnicate'], message: /--frobnicate.*nightshift run --help/ },
    { args: ['frobnicate'], message: /frobnicate.*nightshift --help/ },
    { args: ['run'], message: /goal.*nightshift run --help/i },
    { args: ['run', ''], message: /goal.*nightshift run --help/i },
    { args: ['run', ' \n\t '], message: /goal.*nightshift run --help/i },
    { args: ['run', 'one', 'two'], message: /two.*quote/ },
    { args: ['run', 'goal', '--max-steps', '0'], message: /--max-steps/ },
    { args: ['run', 'goal', '--max-steps', '10001'], message: /--max-steps/ },
    { args: ['run', 'goal', '--model'], message: /--model/ },
    { args: ['run', 'x'.repeat(20_001)], message: /20001 characters, 20000/ },
    { args: ['run', 'goal', '--test-command', 'npm test'], message: /--test-command.*\["npm","test"\]/ },
    { args: ['show'], message: /ID|id/ },
    { args: ['trace'], message: /trace/ },
  ])('refuses $args.0 $args.1 $args.2 with the way out', async ({ args, message }) => {
    expectOneLine(await product.run(args), 2, message);
    expect(existsSync(product.state)).toBe(false);
    expect(product.hostProcesses()).toEqual([]);
  });
});

describe('places without a repository to work on', () => {
  let folder: string;
  let product: Product;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nightshift-no-repository-'));
    product = new Product({ fixture: 'node-counter' });
  });
  afterAll(async () => {
    await product.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('refuses a folder that is in no repository', async () => {
    expectOneLine(await product.run(['run', 'goal'], { cwd: folder }), 2, /not in a Git repository.*git init/);
  });

  it('refuses a folder that is not there', async () => {
    expectOneLine(await product.run(['run', 'goal', '--repo', join(folder, 'nowhere')]), 2, /nowhere.*existing folder/);
  });

  it('refuses a bare repository and the inside of .git', async () => {
    const bare = join(folder, 'bare.git');
    execFileSync('git', ['init', '-q', '--bare', bare]);
    expectOneLine(await product.run(['run', 'goal', '--repo', bare]), 2, /bare.*[Cc]lone/);
    expectOneLine(await product.run(['run', 'goal', '--repo', join(product.root, '.git')]), 2, /\.git/);
  });

  it('refuses a repository whose own path has a line break', async () => {
    const odd = join(folder, 'two\nlines');
    execFileSync('git', ['init', '-q', odd]);
    expectOneLine(await product.run(['run', 'goal', '--repo', odd]), 2, /line break.*Rename/);
    rmSync(odd, { recursive: true });
  });

  it('leaves nothing behind', () => {
    expect(existsSync(product.state)).toBe(false);
    expect(readdirSync(folder)).toEqual(['bare.git']);
  });
});

describe.skipIf(skip)(`unusual repositories ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;

  afterEach(async () => {
    expect(fake.violations).toEqual([]);
    await fake.close();
    expect(await product.boxes()).toEqual([]);
    await product.remove();
  });

  const variables = { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc' };

  function runWith(...words: readonly string[]) {
    return product.task(['run', 'stop at zero', '--model', 'ollama:scripted', '--ollama-host', fake.url, ...words]);
  }

  it('works where there is no commit yet', async () => {
    product = new Product({ variables });
    product.git('init', '-q', '-b', 'main');
    product.write('package.json', '{ "scripts": { "test": "node --test" } }\n');
    product.write('zero.test.js', "require('node:test').test('zero', () => {});\n");
    const write = { calls: [{ name: 'write_file', arguments: { path: 'made.js', content: '// made\n' } }] };
    fake = await startFakeOllama({ script: [write, finishTurn] });
    const before = product.snapshot();
    const { code, task } = await runWith();
    expect(task).toMatchObject({ state: 'ready', proof: { verdict: 'green', patched: { passed: 1 } } });
    expect(code).toBe(0);
    expect(product.snapshot()).toEqual(before);
    expect(await product.task(['apply', task.id])).toMatchObject({ code: 0, task: { state: 'applied' } });
    expect(product.read('made.js')).toBe('// made\n');
  });

  it('works on an empty repository, and says that nothing was proved', async () => {
    product = new Product({ variables });
    product.git('init', '-q', '-b', 'main');
    const write = { calls: [{ name: 'write_file', arguments: { path: 'made.js', content: '// made\n' } }] };
    fake = await startFakeOllama({ script: [write, finishTurn] });
    const { code, task } = await runWith();
    expect(task).toMatchObject({ state: 'ready', proof: { verdict: 'unverified', patched: { total: 0 } } });
    expect(code).toBe(1);
  });

  it('works on a detached HEAD', async () => {
    product = new Product({ fixture: 'node-counter', variables });
    product.git('checkout', '-q', '--detach');
    fake = await startFakeOllama({ script: shortTurns });
    const before = product.snapshot();
    expect(await runWith()).toMatchObject({ code: 0, task: { state: 'ready' } });
    expect(product.snapshot()).toEqual(before);
  });

  it('works on a folder and files whose names have spaces, newlines and Unicode', async () => {
    product = new Product({ fixture: 'node-counter', root: 'a  folder/mit Ümläut — 漢字', variables });
    const names = ['with space.txt', 'quote"\'.txt', '漢字 ümläut.txt', '-dash.txt'];
    const steering = ['new\nline.txt', 'tab\there.txt'];
    const all = [...names, ...steering];
    all.forEach((name) => product.write(name, `content of ${name}\n`));
    product.git('add', '-A');
    product.git('commit', '-q', '-m', 'names');
    const writes = all.map((path) => ({
      calls: [{ name: 'write_file', arguments: { path, content: `new ${path}\n` } }],
    }));
    fake = await startFakeOllama({ script: [...writes, ...shortTurns] });
    const before = product.snapshot();
    const { code, task } = await runWith();
    expect({ code, state: task.state, verdict: task.proof?.verdict }).toEqual({
      code: 0,
      state: 'ready',
      verdict: 'green',
    });
    expect(product.snapshot()).toEqual(before);
    // A name that steers a terminal or an editor can be read by an agent, never written; that is said, on one line each.
    expect(task.changeset?.files.map((file) => file.path).sort()).toEqual([...names, 'src/counter.js'].sort());
    const shown = await product.run(['show', task.id]);
    expect(shown.stdout).toMatch(/new ⏎ line\.txt: .*control character/);
    expect(shown.stdout).toMatch(/tab here\.txt: .*control character/);
    const patch = await product.run(['patch', task.id]);
    writeFileSync(join(product.folder, 'result.patch'), patch.stdout);
    product.git('apply', '--check', join(product.folder, 'result.patch'));
    expect(await product.task(['apply', task.id, '--file', '漢字 ümläut.txt'])).toMatchObject({
      code: 0,
      task: { state: 'ready' },
    });
    expect(await product.task(['apply', task.id])).toMatchObject({ code: 0, task: { state: 'applied' } });
    names.forEach((name) => expect(product.read(name)).toBe(`new ${name}\n`));
    steering.forEach((name) => expect(product.read(name)).toBe(`content of ${name}\n`));
  });

  it('leaves out what it cannot or should not read, fast, and lists it', async () => {
    product = new Product({ fixture: 'node-counter', variables });
    product.write('huge.bin', '');
    truncateSync(join(product.root, 'huge.bin'), 2 ** 30);
    execFileSync('mkfifo', [join(product.root, 'pipe')]);
    product.write('secret/.env', 'TOKEN=do-not-read-me\n');
    fake = await startFakeOllama({
      script: [{ calls: [{ name: 'list_files', arguments: {} }] }, ...shortTurns],
    });
    const { code, task, stdout, milliseconds } = await runWith();
    expect({ code, state: task.state }).toEqual({ code: 0, state: 'ready' });
    expect(milliseconds).toBeLessThan(20_000);
    const taken = /^.*"event":"snapshot-taken".*$/m.exec(stdout)?.[0] ?? '';
    expect(taken).toContain('{"path":"huge.bin","reason":"too-large"}');
    expect(taken).toMatch(/\{"path":"secret\/\.env","reason":"secret"\}/);
    const shown = JSON.stringify(fake.requests);
    expect(shown).not.toContain('do-not-read-me');
    expect(shown).not.toContain('huge.bin');
    const human = await product.run(['show', task.id]);
    expect(human.stdout).toContain('huge.bin');
  });

  it('works for a user who may not read all files, and lists those that were left out', async () => {
    product = new Product({ fixture: 'node-counter', variables });
    product.write('closed/file.txt', 'closed\n');
    product.write('locked.txt', 'locked\n');
    if (process.getuid?.() === 0) {
      product.become(54_321);
    }
    chmodSync(join(product.root, 'locked.txt'), 0);
    chmodSync(join(product.root, 'closed'), 0);
    fake = await startFakeOllama({ script: shortTurns });
    const { code, task, stdout } = await runWith();
    expect({ code, state: task.state }).toEqual({ code: 0, state: 'ready' });
    const taken = /^.*"event":"snapshot-taken".*$/m.exec(stdout)?.[0] ?? '';
    expect(taken).toContain('{"path":"locked.txt","reason":"unreadable"}');
    expect(await product.task(['apply', task.id])).toMatchObject({ code: 0, task: { state: 'applied' } });
    chmodSync(join(product.root, 'closed'), 0o755);
  });
});
