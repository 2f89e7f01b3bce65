import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { config, t } from '@vscode/l10n';
import { type Node, parseSync, Visitor } from 'oxc-parser';
import { afterEach, describe, expect, test } from 'vitest';
import { translatedTexts, wordsFile } from '../../../scripts/translation.ts';
import { rawManifest, root } from './manifestFile.ts';

const folder = resolve(root, 'src/vscode');

/** What agents, models or traces are told, which is English, and styles. */
const otherReaders = [
  'chat/chatDelegation.ts',
  'codeActions/taskRequest.ts',
  'delegation/attachment.ts',
  'delegation/composeDelegation.ts',
  'memory/graph/graphHtml.ts',
  'models/modelFailure.ts',
  'models/windowLender.ts',
  'start/sample.ts',
  'taskPage/taskPageStyle.ts',
  'terminal/terminalText.ts',
  'testing/failedTest.ts',
];

/** Said to a model. */
const prompts = ['Answer with the word OK.'];

/** Sentences (three words or more, the first with a capital) that stand outside of `t`, of errors and of the log. */
function untranslated(path: string): readonly string[] {
  const source = readFileSync(path, 'utf8');
  const { program } = parseSync(path, source);
  const allowed: Node[] = [];
  const found: Node[] = [];
  const isSentence = (text: string): boolean => /^[A-Z][a-z]+,? [\w“"'{]+,? [\w“"'{]/.test(text.trim());
  new Visitor({
    CallExpression(node) {
      const callee = source.slice(node.callee.start, node.callee.end);
      if (callee === 't' || /\b(log|logger|fault|onFault)(\.\w+)?$/.test(callee)) allowed.push(node);
    },
    NewExpression: (node) => void allowed.push(node),
    TaggedTemplateExpression: (node) => void allowed.push(node),
    Literal: (node) =>
      void (
        typeof node.value === 'string' &&
        isSentence(node.value) &&
        !prompts.includes(node.value) &&
        found.push(node)
      ),
    TemplateLiteral: (node) =>
      void (isSentence(node.quasis.map(({ value }) => value.raw).join('{}')) && found.push(node)),
  }).visit(program);
  return found
    .filter((node) => !allowed.some(({ start, end }) => start <= node.start && node.end <= end))
    .map(({ start, end }) => source.slice(start, end));
}

describe('words of the window', () => {
  test('no sentence that a person reads stands outside of what is translated', () => {
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.endsWith('.ts') && !otherReaders.includes(path),
    );
    expect(paths.flatMap((path) => untranslated(join(folder, path)).map((text) => `${path}: ${text}`))).toEqual([]);
  });

  test('translators find all of them in the bundle: `npm run l10n` writes it', () => {
    const texts = translatedTexts();
    expect(JSON.parse(readFileSync(wordsFile, 'utf8'))).toEqual(Object.fromEntries(texts.map((text) => [text, text])));
    expect(texts.length).toBeGreaterThan(500);
  });
});

describe('with a language', () => {
  afterEach(() => config({ contents: {} }));

  test('a text is said in it with its values, in the order that the language wants', () => {
    config({ contents: { 'Accepted {0} of {1}.': 'Von {1} sind {0} angenommen.' } });
    expect(t`Accepted ${2} of ${5}.`).toBe('Von 5 sind 2 angenommen.');
    expect(t`Rejected ${1}.`).toBe('Rejected 1.');
  });
});

test('package.json and package.nls.json name the same texts', () => {
  const asked = [...JSON.stringify(rawManifest).matchAll(/"%([\w.-]+)%"/g)].flatMap(([, key = '']) => key);
  const texts: unknown = JSON.parse(readFileSync(resolve(root, 'package.nls.json'), 'utf8'));
  expect(Object.keys(Object(texts)).sort()).toEqual([...new Set(asked)].sort());
  expect(Object.values(Object(texts)).filter((text) => typeof text !== 'string' || text === '')).toEqual([]);
});
