import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Product, until } from './product.ts';

interface Line {
  readonly type: string;
  readonly id: string;
  readonly path: string;
  readonly stale: boolean;
  readonly region: { readonly startLine: number };
  readonly fix?: readonly unknown[];
  readonly dismissed?: string;
}

const at = (uri: string, startLine = 1): object => ({
  physicalLocation: { artifactLocation: { uri }, region: { startLine } },
});
const fixOf = (uri: string): object => ({
  artifactChanges: [
    {
      artifactLocation: { uri },
      replacements: [{ deletedRegion: { startLine: 1, startColumn: 1, endColumn: 3 }, insertedContent: { text: 'x' } }],
    },
  ],
});
const log = (...results: object[]): string =>
  JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'lint' } }, results }] });

describe('findings', () => {
  let product: Product;
  const sarif = (text: string | Uint8Array): string => {
    const file = join(product.folder, 'in.sarif');
    writeFileSync(file, text);
    return file;
  };
  const list = async (): Promise<readonly Line[]> => {
    const { stdout } = await product.run(['findings', '--all', '--json']);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    return lines.filter(({ type }) => type === 'finding');
  };

  beforeEach(() => {
    product = new Product({ fixture: 'node-counter' });
  });
  afterEach(() => product.remove());

  it('are imported, follow their lines, are dismissed and exported, and are there after a restart', async () => {
    product.write('a.js', 'one();\ntwo();\nthree();\nfour();\n');
    const results = [1, 3].map((line) => ({ message: { text: `Line ${line}.` }, locations: [at('a.js', line)] }));
    const imported = await product.run(['findings', 'import', sarif(log(...results))]);
    expect(imported).toMatchObject({ code: 0, stdout: '2 findings of lint imported.\n' });
    product.write('a.js', 'zero();\none();\ntwo();\n3();\nfour();\n');
    const [first, second] = await list();
    expect([first?.region.startLine, first?.stale, second?.stale]).toEqual([1, false, true]);
    const id = first?.id ?? '';
    expect((await product.run(['findings', 'dismiss', id])).code).toBe(2);
    expect((await product.run(['findings', 'dismiss', 'finding-ffff', '--reason', 'no'])).code).toBe(2);
    expect((await product.run(['findings', 'dismiss', id.slice(0, 14), '--reason', 'false positive'])).code).toBe(0);
    await until('the host has ended', () => product.hostProcesses().length === 0);
    expect((await list()).map(({ dismissed }) => dismissed)).toEqual(['false positive', undefined]);
    const printed = await product.run(['findings', 'export']);
    expect((await product.run(['findings', 'export', 'out.sarif'])).code).toBe(0);
    expect(product.read('out.sarif')).toBe(printed.stdout);
    expect(printed.stdout).toContain('"justification": "false positive"');
    // What was dismissed stays so in a file that is imported again, and elsewhere.
    expect((await product.run(['findings', 'import', 'out.sarif'])).code).toBe(0);
    expect((await list()).map(({ dismissed }) => dismissed)).toContain('false positive');
    expect((await product.run(['findings', 'restore', id])).code).toBe(0);
    expect((await list()).filter(({ dismissed }) => dismissed !== undefined)).toEqual([]);
    expect((await product.run(['findings', 'import', sarif(log())])).code).toBe(0);
    expect(await list()).toEqual([]);
    expect((await product.run(['findings'])).stdout).toContain('There are no findings.');
  });

  it('of hostile files are about nothing outside of the repository, and suggest nothing there', async () => {
    product.write('a.js', 'one();\n');
    product.write('.github/workflows/ci.yml', 'on: push\n');
    mkdirSync(join(product.folder, 'elsewhere'));
    writeFileSync(join(product.folder, 'elsewhere', 'secret.js'), 'one();\n');
    symlinkSync(join(product.folder, 'elsewhere'), join(product.root, 'link'));
    symlinkSync(join(product.folder, 'elsewhere', 'secret.js'), join(product.root, 'link.js'));
    const paths = [
      '../elsewhere/secret.js',
      '/etc/passwd',
      'file:///etc/passwd',
      '%2e%2e/x',
      '.git/config',
      'a/../../x',
    ];
    const kept = ['a.js', 'link/secret.js', 'link.js', '.github/workflows/ci.yml'];
    const results = [...paths, ...kept].map((path) => ({
      message: { text: path },
      locations: [at(path)],
      fixes: [fixOf(path)],
    }));
    const mixed = { message: { text: 'mixed' }, locations: [at('a.js')], fixes: [fixOf('../elsewhere/secret.js')] };
    const imported = await product.run(['findings', 'import', sarif(log(...results, mixed)), '--json']);
    expect(JSON.parse(imported.stdout)).toMatchObject({ imported: 5, elsewhere: 6 });
    const found = await list();
    expect(found.map(({ path }) => path).sort()).toEqual([...kept, 'a.js'].sort());
    expect(found.filter(({ fix }) => fix !== undefined).map(({ path }) => path)).toEqual(['a.js']);
  });

  it.each([
    ['no JSON', '{', /no JSON.*export it as SARIF 2\.1\.0/],
    ['another version', '{"version":"2.0.0","runs":[]}', /no SARIF 2\.1\.0/],
    ['not UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22]), /not UTF-8; save it as UTF-8/],
    ['too long', ' '.repeat(16 * 1024 * 1024 + 1), /more than 16 MiB; let the tool check fewer files/],
    [
      'too many results',
      log(...Array.from({ length: 10_001 }, () => ({ message: {}, locations: [at('a.js')] }))),
      /more than 10000 results; import a part of them/,
    ],
  ])('of a file that is %s are refused with the way out, and none are lost', async (_, text, words) => {
    product.write('a.js', 'one();\n');
    await product.run(['findings', 'import', sarif(log({ message: { text: 'm' }, locations: [at('a.js')] }))]);
    const refused = await product.run(['findings', 'import', sarif(text)]);
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(words) });
    expect(refused.stderr.trim().split('\n')).toHaveLength(1);
    expect(await list()).toHaveLength(1);
    expect((await product.run(['findings', 'import', product.root])).stderr).toMatch(/is no file|directory/);
  });

  it('whose file was damaged are set aside, and that is said once it is looked at', async () => {
    product.write('a.js', 'one();\n');
    await product.run(['findings', 'import', sarif(log({ message: { text: 'm' }, locations: [at('a.js')] }))]);
    await until('the host has ended', () => product.hostProcesses().length === 0);
    const { directory } = product.paths;
    writeFileSync(join(directory, 'findings.json'), '{"version":1,"imported":[{');
    const looked = await product.run(['findings']);
    expect(looked.code).toBe(0);
    expect(`${looked.stdout}${looked.stderr}`).toMatch(/was damaged.*import the findings again/s);
    const aside = readdirSync(directory).find((name) => name.startsWith('findings.damaged-')) ?? '';
    expect(readFileSync(join(directory, aside), 'utf8')).toBe('{"version":1,"imported":[{');
  });
});
