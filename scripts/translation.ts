// Words of the window for translators: `node scripts/translation.ts` writes l10n/bundle.l10n.json from the code.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor, type TemplateLiteral } from 'oxc-parser';
import { projectRoot } from './provision/projectPaths.ts';

/** Where the editor looks for `bundle.l10n.LANGUAGE.json`; this one, in English, is what these are made from. */
export const wordsFile = join(projectRoot, 'l10n', 'bundle.l10n.json');

/** What the code of the window says, in order, each once; a place of a value is `{0}`, `{1}`, … Throws on a text that is computed. */
export function translatedTexts(folder = join(projectRoot, 'src', 'vscode')): readonly string[] {
  const texts = new Set<string>();
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (path.endsWith('.ts')) for (const text of textsOf(join(folder, path))) texts.add(text);
  }
  return [...texts].sort((a, b) => (a < b ? -1 : 1));
}

function textsOf(path: string): readonly string[] {
  const texts: string[] = [];
  new Visitor({
    CallExpression({ callee, arguments: given }) {
      if (callee.type !== 'Identifier' || callee.name !== 't') return;
      const [first] = given;
      if (first?.type !== 'Literal' || typeof first.value !== 'string') {
        throw new Error(`${path}: what is translated stands in the code as it is: t('…') or t\`…\`.`);
      }
      texts.push(first.value);
    },
    TaggedTemplateExpression({ tag, quasi }) {
      if (tag.type === 'Identifier' && tag.name === 't') texts.push(messageOf(quasi));
    },
  }).visit(parseSync(path, readFileSync(path, 'utf8')).program);
  return texts;
}

/** As the library that translates makes it of a tagged template. */
function messageOf({ quasis }: TemplateLiteral): string {
  return quasis.map(({ value }, at) => (at === 0 ? '' : `{${at - 1}}`) + (value.cooked ?? value.raw)).join('');
}

if (import.meta.main) {
  mkdirSync(join(projectRoot, 'l10n'), { recursive: true });
  const texts = translatedTexts();
  writeFileSync(wordsFile, `${JSON.stringify(Object.fromEntries(texts.map((text) => [text, text])), null, 2)}\n`);
  console.log(`${texts.length} texts in l10n/bundle.l10n.json`);
}
