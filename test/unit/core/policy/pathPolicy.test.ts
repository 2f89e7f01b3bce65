import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JudgedChange, judgeChange, judgeChanges, showPath } from '../../../../src/core/policy/pathPolicy.ts';
import { isSecretFile } from '../../../../src/core/policy/secretFiles.ts';
import { TreePaths } from '../../../../src/core/policy/treePaths.ts';

const write = (path: string, content = 'x', more: Partial<JudgedChange> = {}): JudgedChange => ({
  path,
  op: 'write',
  mode: '100644',
  previousMode: null,
  bytes: new TextEncoder().encode(content),
  previousBytes: null,
  ...more,
});

const verdictOf = (change: JudgedChange, ...tree: string[]): string => {
  const verdict = judgeChange(change, new TreePaths(tree));
  return verdict.verdict === 'fine' ? 'fine' : `${verdict.verdict} ${verdict.rule}`;
};

const manifest = (before: object | null, after: object | string): string =>
  verdictOf(
    write('package.json', typeof after === 'string' ? after : JSON.stringify(after), {
      previousMode: before === null ? null : '100644',
      previousBytes: before === null ? null : new TextEncoder().encode(JSON.stringify(before, null, 4)),
    }),
    ...(before === null ? [] : ['package.json']),
  );

describe('judging a change', () => {
  it('lets an ordinary source file through, in any script, with dots, spaces and emoji in its name', () => {
    for (const path of [
      'src/a.ts',
      'a b/c d.txt',
      '日本語/файл.md',
      '.prettierrc',
      'a..b',
      'x.git',
      'git/hooks',
      'console.ts',
      '❤️.md',
    ]) {
      expect(verdictOf(write(path)), path).toBe('fine');
    }
  });

  it('judges a package manifest by what it means', () => {
    const base = { name: 'x', version: '1.0.0', scripts: { test: 'a', build: 'b' }, dependencies: { a: '1' } };
    expect(manifest(base, { ...base, version: '2.0.0', description: 'new' })).toBe('fine');
    expect(manifest(base, { dependencies: { a: '1' }, scripts: { build: 'b', test: 'a' }, version: '1.0.0' })).toBe(
      'fine',
    );
    expect(manifest(base, { ...base, scripts: { ...base.scripts, postinstall: 'evil' } })).toBe('protected P-PACKAGE');
    expect(manifest(base, { ...base, dependencies: { a: '2' } })).toBe('protected P-PACKAGE');
    expect(manifest(base, { ...base, bin: 'x.js' })).toBe('protected P-PACKAGE');
    expect(manifest(base, { ...base, publishConfig: { registry: 'x' } })).toBe('protected P-PACKAGE');
    expect(manifest(base, { ...base, overrides: { a: '3' } })).toBe('protected P-PACKAGE');
    expect(manifest(base, { name: 'x' })).toBe('protected P-PACKAGE');
    expect(manifest(base, '{ not json')).toBe('protected P-PACKAGE');
    expect(manifest(base, '[]')).toBe('protected P-PACKAGE');
    expect(manifest(null, { name: 'new' })).toBe('fine');
    expect(manifest(null, { scripts: { test: 'x' } })).toBe('protected P-PACKAGE');
  });

  it('lets a file keep a name that only Windows minds, and lets none appear', () => {
    expect(verdictOf(write('src/aux.c', 'x', { previousMode: '100644' }), 'src/aux.c')).toBe('fine');
    expect(verdictOf(write('src/aux.c'), 'src/a.c')).toBe('refused P-WINDOWS-NAME');
  });

  it('adds the folder of hooks that the repository names', () => {
    const verdict = judgeChange(write('tools/Hooks/pre-commit'), new TreePaths([]), {
      hookDirectories: ['tools/hooks'],
    });
    expect(verdict).toMatchObject({ verdict: 'protected', rule: 'P-HOOKS' });
    expect(verdictOf(write('tools/Hooks/pre-commit'))).toBe('fine');
  });

  it('lets a file be renamed by case when the old name goes in the same changeset', () => {
    const gone: JudgedChange = { ...write('README.md'), op: 'delete', mode: null, previousMode: '100644', bytes: null };
    const both = judgeChanges([write('readme.md'), gone], new TreePaths(['README.md', 'a/b']));
    expect(both.judgement.refused).toEqual([]);
    expect(both.accepted.map((one) => `${one.op} ${one.path}`)).toEqual(['delete README.md', 'write readme.md']);
    expect(judgeChanges([write('readme.md')], new TreePaths(['README.md'])).judgement.refused).toMatchObject([
      { rule: 'P-COLLISION' },
    ]);
  });

  it('refuses any path through .git, however it is disguised', () => {
    const disguise = fc.constantFrom('\u200c', '\u200d', '\ufeff', '\u00ad', '\ufe0f', '\u{e0001}', '');
    const letter = (plain: string) =>
      fc.constantFrom(plain, plain.toUpperCase(), String.fromCodePoint(0xfee0 + (plain.codePointAt(0) ?? 0)));
    const name = fc
      .tuple(
        fc.constantFrom('.', '\uff0e'),
        disguise,
        letter('g'),
        disguise,
        letter('i'),
        disguise,
        letter('t'),
        disguise,
        fc.constantFrom('', '.', ' ', '. .', '::$DATA'),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        name,
        fc.constantFrom('', 'src/', 'a/b/'),
        fc.constantFrom('', '/config', '/hooks/x'),
        (git, before, after) => {
          expect(verdictOf(write(`${before}${git}${after}`))).toMatch(/^refused/);
        },
      ),
    );
  });

  it('never lets through a path that leaves the tree or cannot be shown, whatever the characters', () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '',
      'a',
      '/',
      '\\',
      ':',
      '~1',
      ' ',
      '\0',
      '\n',
      '\u202e',
      'é',
      'con',
      'C:',
      '.git',
      '-',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.string({ unit: 'binary', maxLength: 8 }), (pieces, any) => {
        for (const path of [pieces.join(''), pieces.join('/'), any, `a/${any}`]) {
          if (!verdictOf(write(path)).startsWith('refused')) {
            expect(path.split('/').every((one) => one !== '' && one !== '.' && one !== '..')).toBe(true);
            expect(path).not.toMatch(/[\\:\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
            expect(path.split('/').map((one) => one.toLowerCase())).not.toContain('.git');
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('shows a hostile path on one line, without what it hides', () => {
    expect(showPath('a\n\u202e\u001b[0m"\\')).toBe('"a\\u{a}\\u{202e}\\u{1b}[0m\\u{22}\\u{5c}"');
    expect(showPath('x'.repeat(500))).toHaveLength(123);
  });
});

describe('the names of a tree', () => {
  it('are the same after any adding and removing as if made anew', () => {
    const path = fc
      .array(fc.constantFrom('a', 'A', 'b', 'é', 'e\u0301'), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.array(path), fc.array(path), path, (first, removed, asked) => {
        const changed = new TreePaths(first);
        for (const one of removed) {
          changed.remove(one);
        }
        const anew = new TreePaths(first.filter((one) => !removed.includes(one)));
        expect(changed.hasFile(asked)).toBe(anew.hasFile(asked));
        expect(changed.hasDirectory(asked)).toBe(anew.hasDirectory(asked));
        expect(changed.otherSpelling(asked) === undefined).toBe(anew.otherSpelling(asked) === undefined);
      }),
    );
  });
});

describe('the names of secrets', () => {
  it('are known in any case and folder, and templates and public halves are not among them', () => {
    for (const path of [
      '.env',
      'sub/.ENV.local',
      'a/server.pem',
      'id_rsa',
      '.ssh/config',
      'x/.npmrc',
      'service-account-1.json',
      'prod.env',
    ]) {
      expect(isSecretFile(path), path).toBe(true);
    }
    for (const path of [
      '.env.example',
      'id_rsa.pub',
      'src/environment.ts',
      'keys.md',
      'env',
      'src/secrets.ts',
      'monkey.js',
    ]) {
      expect(isSecretFile(path), path).toBe(false);
    }
  });
});
