import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isAbout, parseGuideline, readGuidelines } from '../../../../src/core/repository/guideline.ts';
import { guidelinePlace } from '../../../../src/core/repository/guidelinePaths.ts';

const encoder = new TextEncoder();
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const parse = (text: string) => parseGuideline(encoder.encode(text));

describe('files of instructions', () => {
  it.each([
    ['AGENTS.md', ''],
    ['packages/api/AGENTS.md', 'packages/api'],
    ['CLAUDE.md', ''],
    ['docs/GEMINI.md', 'docs'],
    ['.github/copilot-instructions.md', ''],
    ['.github/instructions/web/react.instructions.md', ''],
    ['.clinerules', ''],
    ['.clinerules/01-style.md', ''],
    ['.roo/rules/style.md', ''],
    ['.roo/rules-code/style.txt', ''],
    ['.continue/rules/style.md', ''],
    ['.kilocode/rules/style.md', ''],
    ['.kilo/rules/style.md', ''],
    ['.cursorrules', ''],
    ['.cursor/rules/style.mdc', ''],
  ])('%s is one, for the files in "%s"', (path, scope) => {
    expect(guidelinePlace(path)).toMatchObject({ path, scope });
  });

  it.each([
    'agents.md.bak',
    'MY-AGENTS.md',
    'docs/.clinerules',
    '.github/instructions/readme.md',
    '.roo/rules-architect/plan.md',
    '.roo/mcp.json',
    '.continue/config.yaml',
    'README.md',
  ])('%s is none', (path) => {
    expect(guidelinePlace(path)).toBeUndefined();
  });

  test('are read from a tree with the hash of their exact bytes; binary ones and those that cannot be read are left out', async () => {
    const files: Readonly<Record<string, Uint8Array>> = {
      'AGENTS.md': encoder.encode('Use tabs.\n'),
      'lib/AGENTS.md': Uint8Array.of(65, 0, 66),
      'src/main.js': encoder.encode('x'),
    };
    const read = async (path: string): Promise<Uint8Array | null> => files[path] ?? null;
    const paths = [...Object.keys(files), 'gone/AGENTS.md'];
    expect(await readGuidelines({ paths, read }, sha256)).toEqual([
      {
        path: 'AGENTS.md',
        scope: '',
        rule: false,
        text: 'Use tabs.',
        always: true,
        sha256: sha256('Use tabs.\n'),
        bytes: 10,
      },
    ]);
  });
});

describe('front matter', () => {
  it.each([
    ['---\napplyTo: "**/*.ts, src/{a,b}/*.js"\n---\nUse const.', ['**/*.ts', 'src/{a,b}/*.js'], false],
    ['---\nglobs: *.ts,*.tsx\nalwaysApply: false\n---\nUse const.', ['*.ts', '*.tsx'], false],
    ['---\nglobs: ["*.py"]\ndescription: Python\n---\nUse const.', ['*.py'], false],
    ['---\npaths:\n  - src/**\n---\nUse const.', ['src/**'], false],
    ['---\nalwaysApply: true\n---\nUse const.', undefined, true],
    ['---\r\ndescription: Only when asked for\r\nalwaysApply: false\r\n---\r\nUse const.', undefined, false],
    ['---\nname: style\n---\nUse const.', undefined, true],
    ['Use const.', undefined, true],
  ])('%j', (text, globs, always) => {
    const { text: told, ...rest } = parse(text);
    expect(told).toBe('Use const.');
    expect(rest).toEqual(globs === undefined ? { always } : { globs, always });
  });

  it.each([
    '---\napplyTo: [unclosed\n---\nUse const.',
    '---\napplyTo: {a: 1}\n---\nUse const.',
    '---\na: &a [x]\nb: *a\n---\nUse const.',
    '---\n- a list\n---\nUse const.',
  ])('that cannot be read stays in the text: %j', (text) => {
    expect(parse(text)).toEqual({ text, always: true });
  });

  test('of any bytes is read without an error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.string().map((yaml) => encoder.encode(`---\n${yaml}\n---\nx`)),
        ),
        (bytes) => {
          expect(parseGuideline(bytes).text.length).toBeLessThanOrEqual(bytes.length);
        },
      ),
    );
  });
});

describe('instructions are about a task', () => {
  const guideline = { path: 'p', scope: '', rule: true, sha256: 'a', bytes: 1, text: 't', always: true };

  test('when its files lie below their folder, or match one of their globs', () => {
    expect(isAbout(guideline, [])).toBe(true);
    expect(isAbout({ ...guideline, scope: 'lib' }, ['lib/a.js'])).toBe(true);
    expect(isAbout({ ...guideline, scope: 'lib' }, ['library/a.js'])).toBe(false);
    expect(isAbout({ ...guideline, always: false, globs: ['*.ts'] }, ['src/a.ts'])).toBe(true);
    expect(isAbout({ ...guideline, always: false, globs: ['*.ts'] }, ['src/a.js'])).toBe(false);
    expect(isAbout({ ...guideline, always: false, globs: ['**'] }, [])).toBe(true);
    expect(isAbout({ ...guideline, always: false }, ['src/a.js'])).toBe(false);
  });
});
