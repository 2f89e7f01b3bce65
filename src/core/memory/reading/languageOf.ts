/** As VS Code names them, by the ending of a name, in lower case. */
const byEnding: Readonly<Record<string, string>> = {
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'typescriptreact',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  es6: 'javascript',
  jsx: 'javascriptreact',
  py: 'python',
  pyi: 'python',
  pyw: 'python',
  go: 'go',
  rs: 'rust',
  java: 'java',
  cs: 'csharp',
  csx: 'csharp',
  c: 'c',
  h: 'cpp',
  cc: 'cpp',
  cpp: 'cpp',
  cxx: 'cpp',
  'c++': 'cpp',
  hh: 'cpp',
  hpp: 'cpp',
  hxx: 'cpp',
  inl: 'cpp',
  ipp: 'cpp',
  ino: 'cpp',
  md: 'markdown',
  mdx: 'mdx',
  mdc: 'markdown',
  markdown: 'markdown',
  rst: 'restructuredtext',
  adoc: 'asciidoc',
  asciidoc: 'asciidoc',
  tex: 'latex',
  rb: 'ruby',
  php: 'php',
  swift: 'swift',
  kt: 'kotlin',
  kts: 'kotlin',
  scala: 'scala',
  sc: 'scala',
  lua: 'lua',
  pl: 'perl',
  pm: 'perl',
  r: 'r',
  jl: 'julia',
  dart: 'dart',
  ex: 'elixir',
  exs: 'elixir',
  erl: 'erlang',
  hs: 'haskell',
  ml: 'ocaml',
  mli: 'ocaml',
  fs: 'fsharp',
  fsx: 'fsharp',
  vb: 'vb',
  clj: 'clojure',
  cljs: 'clojure',
  groovy: 'groovy',
  gradle: 'groovy',
  zig: 'zig',
  nim: 'nim',
  m: 'objective-c',
  mm: 'objective-cpp',
  sol: 'solidity',
  sh: 'shellscript',
  bash: 'shellscript',
  zsh: 'shellscript',
  fish: 'fish',
  ps1: 'powershell',
  psm1: 'powershell',
  bat: 'bat',
  cmd: 'bat',
  sql: 'sql',
  graphql: 'graphql',
  gql: 'graphql',
  proto: 'proto3',
  html: 'html',
  htm: 'html',
  vue: 'vue',
  svelte: 'svelte',
  astro: 'astro',
  css: 'css',
  scss: 'scss',
  sass: 'sass',
  less: 'less',
  json: 'json',
  jsonc: 'jsonc',
  json5: 'json5',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  yaml: 'yaml',
  yml: 'yaml',
  toml: 'toml',
  xml: 'xml',
  xsd: 'xml',
  svg: 'xml',
  csproj: 'xml',
  props: 'xml',
  targets: 'xml',
  ini: 'ini',
  cfg: 'ini',
  conf: 'ini',
  editorconfig: 'ini',
  properties: 'properties',
  env: 'dotenv',
  tf: 'terraform',
  tfvars: 'terraform',
  hcl: 'hcl',
  nix: 'nix',
  cmake: 'cmake',
  mk: 'makefile',
  dockerfile: 'dockerfile',
  csv: 'csv',
  tsv: 'tsv',
  diff: 'diff',
  patch: 'diff',
};

/** By the whole name, in lower case. */
const byName: Readonly<Record<string, string>> = {
  dockerfile: 'dockerfile',
  containerfile: 'dockerfile',
  makefile: 'makefile',
  gnumakefile: 'makefile',
  'cmakelists.txt': 'cmake',
  rakefile: 'ruby',
  gemfile: 'ruby',
  vagrantfile: 'ruby',
  jenkinsfile: 'groovy',
  'build.bazel': 'starlark',
  build: 'starlark',
  workspace: 'starlark',
  justfile: 'just',
  'go.mod': 'go.mod',
  'go.sum': 'go.sum',
  '.gitignore': 'ignore',
  '.dockerignore': 'ignore',
  '.npmignore': 'ignore',
  '.bashrc': 'shellscript',
  '.zshrc': 'shellscript',
  '.profile': 'shellscript',
  'tsconfig.json': 'jsonc',
  'jsconfig.json': 'jsonc',
};

/** By the program that a script's first line names. */
const byProgram: readonly (readonly [RegExp, string])[] = [
  [/^(?:ts-node|tsx|deno)$/, 'typescript'],
  [/^(?:node|nodejs|bun)$/, 'javascript'],
  [/^python[\d.]*$|^pypy/, 'python'],
  [/^(?:ba|da|z|k|a)?sh$/, 'shellscript'],
  [/^ruby/, 'ruby'],
  [/^perl/, 'perl'],
  [/^php/, 'php'],
  [/^lua/, 'lua'],
  [/^pwsh/, 'powershell'],
  [/^Rscript$/, 'r'],
];

/** The language of a file as VS Code names it; `plaintext` for what is not known. The first line counts for names that say nothing. */
export function languageOf(path: string, firstLine: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const dot = name.lastIndexOf('.');
  const ending = name.slice(dot + 1);
  const known = own(byName, name) ?? (dot >= 0 ? own(byEnding, ending) : undefined);
  if (known !== undefined) {
    return known;
  }
  if (/^(?:docker|container)file\./.test(name)) {
    return 'dockerfile';
  }
  const [, path0 = '', argument] = /^#!\s*(\S+)(?:\s+(?:-S\s+)?(\S+))?/.exec(firstLine) ?? [];
  const called = path0.slice(path0.lastIndexOf('/') + 1);
  const program = called === 'env' ? (argument ?? '') : called;
  return byProgram.find(([pattern]) => pattern.test(program))?.[1] ?? 'plaintext';
}

/** All that `languageOf` can answer, in their order. */
export function knownLanguages(): readonly string[] {
  const programs = byProgram.map(([, language]) => language);
  return [...new Set([...Object.values(byEnding), ...Object.values(byName), ...programs, 'plaintext'])].sort();
}

function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
