/** Languages that can call and import one another. */
const families: Readonly<Record<string, string>> = {
  typescript: 'javascript',
  typescriptreact: 'javascript',
  javascript: 'javascript',
  javascriptreact: 'javascript',
  vue: 'javascript',
  svelte: 'javascript',
  json: 'javascript',
  jsonc: 'javascript',
  java: 'jvm',
  kotlin: 'jvm',
  scala: 'jvm',
  groovy: 'jvm',
  c: 'c',
  cpp: 'c',
  'cuda-cpp': 'c',
  'objective-c': 'c',
  'objective-cpp': 'c',
};

export function languageFamily(language: string): string {
  return Object.hasOwn(families, language) ? (families[language] ?? language) : language;
}

/** Families in which files of one folder see each other without an import. */
export function seesItsFolder(family: string): boolean {
  return family === 'go' || family === 'jvm' || family === 'csharp' || family === 'c';
}
