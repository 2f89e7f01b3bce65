/** Stands in one file alone, the last in the order of paths. */
export const lateWord = 'quokkaShelfCount';

const nouns =
  'cart order parcel shelf invoice ledger coupon depot route driver truck pallet stock price tax refund'.split(' ');
const verbs =
  'load store count merge split check send receive cancel confirm sort find update remove report price'.split(' ');
const things = 'total weight volume deadline address quantity margin status region currency'.split(' ');

interface Names {
  readonly at: number;
  readonly noun: string;
  readonly functions: readonly string[];
  readonly things: readonly string[];
  /** A file of the same language in the same folder, and what it defines first. */
  readonly other: { readonly name: string; readonly call: string };
}

/** How a language writes a file; `extension` beside it. */
const languages: readonly { readonly extension: string; readonly write: (names: Names) => string }[] = [
  { extension: 'ts', write: typescript },
  { extension: 'ts', write: typescript },
  { extension: 'py', write: python },
  { extension: 'go', write: go },
  { extension: 'java', write: java },
  { extension: 'rs', write: rust },
  { extension: 'js', write: javascript },
  { extension: 'cs', write: csharp },
  { extension: 'cpp', write: cpp },
  { extension: 'md', write: markdown },
];

const folderFiles = 20;

/** Of the file with this number in a tree of so many: its path and text, always the same. */
export function sourceOf(at: number, files: number): { readonly path: string; readonly text: string } {
  const folder = Math.floor(at / folderFiles);
  const language = languages[at % languages.length] ?? languages[0];
  if (language === undefined) {
    throw new Error('There are no languages.');
  }
  const areas = Math.max(1, Math.round(files / 1_000));
  const path = `area${String(folder % areas).padStart(3, '0')}/${pick(nouns, folder)}${folder}/${nameOf(at)}.${language.extension}`;
  const before = at - languages.length;
  const other = before >= 0 && Math.floor(before / folderFiles) === folder ? before : at + languages.length;
  const names = {
    at,
    noun: pick(nouns, at),
    functions: functionsOf(at),
    things: Array.from({ length: 3 }, (_, index) => pick(things, at * 7 + index * 3)),
    other: { name: nameOf(other), call: functionsOf(other)[0] ?? '' },
  };
  return { path, text: language.write(names) };
}

function nameOf(at: number): string {
  return `${pick(nouns, at)}${at}`;
}

function functionsOf(at: number): string[] {
  return Array.from(
    { length: 2 + (at % 3) },
    (_, index) => `${pick(verbs, at * 5 + index * 3)}${capital(pick(nouns, at + index))}${at % 977}`,
  );
}

function pick(words: readonly string[], at: number): string {
  // Neighbours differ, and so do files whose numbers differ by a power of two.
  return words[(Math.imul(at + 1, 0x9e3779b1) >>> 8) % words.length] ?? '';
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

function comment({ noun, things: [thing], at }: Names, index: number): string {
  return `Keeps the ${thing} of each ${noun} in step ${index}; rule ${at * 3 + index}.`;
}

function typescript(names: Names): string {
  const head = `import { ${names.other.call} } from './${names.other.name}.ts';\n\nexport interface ${capital(names.noun)}${names.at} {\n${names.things
    .map((thing, index) => `  readonly ${thing}${index}: number;\n`)
    .join('')}}\n`;
  return head + names.functions.map((name, index) => scriptFunction(names, name, index, true)).join('');
}

function javascript(names: Names): string {
  const head = `import { ${names.other.call} } from './${names.other.name}.js';\n`;
  return head + names.functions.map((name, index) => scriptFunction(names, name, index, false)).join('');
}

function scriptFunction(names: Names, name: string, index: number, typed: boolean): string {
  const [first, second] = names.things;
  const parameter = typed ? 'items: readonly number[]' : 'items';
  return `
/** ${comment(names, index)} */
export function ${name}(${parameter})${typed ? ': number' : ''} {
  let ${first} = ${index};
  for (const item of items) {
    if (item > ${names.at % 17}) {
      ${first} += ${index === 0 ? `${names.other.call}([item])` : `item * ${index + 1}`};
    }
  }
  const ${second}${index} = Math.round(${first} / ${index + 2});
  return ${second}${index} + ${names.at % 101};
}
`;
}

function python(names: Names): string {
  const [first] = names.things;
  const methods = names.functions
    .map(
      (name, index) => `
    def ${name}(self, items):
        """${comment(names, index)}"""
        ${first} = ${index}
        for item in items:
            if item > ${names.at % 13}:
                ${first} += ${index === 0 ? `${names.other.call}(item)` : `item * ${index}`}
        return ${first}
`,
    )
    .join('');
  return `from .${names.other.name} import ${names.other.call}\n\n\nclass ${capital(names.noun)}${names.at}:\n${methods}`;
}

function go(names: Names): string {
  const [first] = names.things;
  return `package ${names.noun}\n\nimport "fmt"\n${names.functions
    .map(
      (name, index) => `
// ${capital(name)}: ${comment(names, index)}
func ${capital(name)}(items []int) int {
	${first} := ${index}
	for _, item := range items {
		if item > ${names.at % 19} {
			${first} += item * ${index + 1}
		}
	}
	fmt.Println("${names.noun}", ${first})
	return ${first}
}
`,
    )
    .join('')}`;
}

function java(names: Names): string {
  const [first] = names.things;
  return `package depot.${names.noun};\n\npublic class ${capital(names.noun)}${names.at} {\n${names.functions
    .map(
      (name, index) => `    /** ${comment(names, index)} */
    public int ${name}(int[] items) {
        int ${first} = ${index};
        for (int item : items) {
            ${first} += item > ${names.at % 23} ? item : ${index};
        }
        return ${first};
    }
`,
    )
    .join('\n')}}\n`;
}

function rust(names: Names): string {
  const [first] = names.things;
  return `use crate::${names.other.name}::${names.other.call};\n${names.functions
    .map(
      (name, index) => `
/// ${comment(names, index)}
pub fn ${name}(items: &[i64]) -> i64 {
    let mut ${first} = ${index};
    for item in items {
        if *item > ${names.at % 29} {
            ${first} += ${index === 0 ? `${names.other.call}(&[*item])` : 'item * 2'};
        }
    }
    ${first}
}
`,
    )
    .join('')}`;
}

function csharp(names: Names): string {
  const [first] = names.things;
  return `namespace Depot.${capital(names.noun)};\n\npublic class ${capital(names.noun)}${names.at}\n{\n${names.functions
    .map(
      (name, index) => `    /// ${comment(names, index)}
    public int ${capital(name)}(int[] items)
    {
        var ${first} = ${index};
        foreach (var item in items) { ${first} += item; }
        return ${first};
    }
`,
    )
    .join('\n')}}\n`;
}

function cpp(names: Names): string {
  const [first] = names.things;
  return `#include <vector>\n${names.functions
    .map(
      (name, index) => `
// ${comment(names, index)}
int ${name}(const std::vector<int>& items) {
  int ${first} = ${index};
  for (int item : items) {
    ${first} += item % ${(names.at % 31) + 2};
  }
  return ${first};
}
`,
    )
    .join('')}`;
}

function markdown(names: Names): string {
  return `# The ${names.noun} of rule ${names.at}\n${names.functions
    .map(
      (name, index) => `
## ${capital(name)}

${comment(names, index)} It is called by \`${names.other.call}\` whenever the ${names.things.join(', the ')} changed,
and must never be run for a ${names.noun} that was closed before.
`,
    )
    .join('')}`;
}
