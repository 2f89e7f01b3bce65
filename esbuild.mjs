import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { buildTogether } from './scripts/buildTogether.ts';
import { lightVectra } from './scripts/lightVectra.ts';
import { runtimeName } from './src/node/memory/treeSitter/grammarFolder.ts';
import { grammars } from './src/node/memory/treeSitter/grammars.ts';

/**
 * One bundle per entry, or per group of entries that use the same libraries. Only the extension may see `vscode`: in every other
 * bundle an import of it fails the build, which proves that the headless side does not depend on an editor.
 */
const shared = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  minify: true,
  sourcemap: false,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  alias: {
    // Its other build looks for its own files at run time, where no bundle has them.
    'jsonc-parser': 'jsonc-parser/lib/esm/main.js',
    // Its other build asks for its own address, which a bundle of this form has not.
    'web-tree-sitter': resolve('node_modules/web-tree-sitter/web-tree-sitter.cjs'),
  },
  define: { 'process.env.NODE_ENV': '"production"' },
};

/** What a schema says is worded by us, or read in a log: the words of other languages have no place in the package. */
const englishSchemas = {
  name: 'english-schemas',
  setup(pluginBuild) {
    pluginBuild.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      resolveDir: resolve('node_modules/zod/v4/locales'),
    }));
  },
};

/**
 * dockerode can also speak SSH and BuildKit, whose parts are native, and pack a folder for an image; what we build images of are
 * streams that we pack. The client of Ollama brings a `fetch` for where there is none.
 */
const withoutUnused = {
  name: 'without-unused',
  setup(pluginBuild) {
    pluginBuild.onResolve(
      {
        filter:
          /^(ssh2|cpu-features|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs|tar-fs|@balena\/dockerignore|whatwg-fetch)$/,
      },
      ({ path }) => ({
        path,
        namespace: 'unused',
      }),
    );
    pluginBuild.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** The server of the agents' protocol compiles schemas only for answers of forms, which it never sends; its tools bring their own. */
const withoutForms = {
  name: 'without-forms',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /^@modelcontextprotocol\/server\/_shims$/ }, ({ path }) => ({
      path,
      namespace: 'without-forms',
    }));
    pluginBuild.onLoad({ filter: /.*/, namespace: 'without-forms' }, () => ({
      contents: "export { default as process } from 'node:process'; export class DefaultJsonSchemaValidator {}",
    }));
  },
};

/**
 * The engine of models is a native library: it stays a folder beside the bundle, with the one package that it shares classes with.
 * The build of the library that was made to be required needs no file of its own. It also reads pictures; we give it none.
 */
const modelLibrary = {
  name: 'model-library',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /^@huggingface\/transformers$/ }, () => ({
      path: resolve('node_modules/@huggingface/transformers/dist/transformers.node.cjs'),
    }));
    pluginBuild.onResolve({ filter: /^sharp$/ }, ({ path }) => ({ path, namespace: 'no-pictures' }));
    pluginBuild.onLoad({ filter: /.*/, namespace: 'no-pictures' }, () => ({
      contents: "module.exports = () => { throw new Error('Pictures are not read.'); };",
    }));
  },
};

/** Bytes. `carriesText` are names that stand in a bundle for the text of another program, which it parses when it needs it. */
const bundles = [
  // Goes into a sandbox as one text, in which another is what it does once it has greeted.
  { entry: 'guest', carriesText: { guestWork: 'guest/guestWork' }, maxBytes: 512 * 1024 },
  // Scripts of pages that the editor shows; they run in a browser.
  {
    entry: 'vscode/memory/graphPage/graphPage',
    output: 'graphPage.js',
    platform: 'browser',
    format: 'iife',
    target: 'es2023',
    maxBytes: 64 * 1024,
  },
  {
    entry: 'vscode/taskPage/page/taskPage',
    output: 'taskPage.js',
    platform: 'browser',
    format: 'iife',
    target: 'es2023',
    maxBytes: 64 * 1024,
  },
];

/**
 * Programs in several files, and what they have in common, in files that begin with the name of the group; bytes are of a program
 * with all that it reads of these, at its start or later. `carries` are packages that lie beside a bundle, or were built into a package of it.
 */
const groups = [
  {
    group: 'extension',
    entries: ['extension'],
    external: ['vscode'],
    maxBytes: 512 * 1024,
    // Part of the product's promise not to slow the editor down.
    maxBytesAtStart: 300 * 1024,
  },
  {
    group: 'shared',
    entries: ['agentHost', 'cli', 'indexer', 'readingProcess'],
    plugins: [withoutUnused, lightVectra, withoutForms],
    maxBytes: 1.5 * 1024 * 1024,
  },
  // Only in packages for one platform.
  {
    group: 'models',
    entries: ['modelRunner', 'embeddingThread'],
    external: ['onnxruntime-node', 'onnxruntime-common'],
    plugins: [modelLibrary],
    maxBytes: 1024 * 1024,
    carries: ['@huggingface/jinja', '@huggingface/tokenizers', 'onnxruntime-common', 'onnxruntime-node'],
  },
];

/** Of packages that come without the text of their licence. */
const licenceTexts = {
  'onnxruntime-common': 'media/licences/onnxruntime.txt',
  'onnxruntime-node': 'media/licences/onnxruntime.txt',
};

/** `node esbuild.mjs [FOLDER]`: tests build into a folder of their own, so that they never run what somebody built earlier. */
const folder = process.argv[2] ?? 'dist';
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const sizes = {};
const packages = new Set();
for (const { entry, external = [], output = `${entry}.cjs`, maxBytes, carriesText = {}, ...options } of bundles) {
  const { metafile } = await build({
    ...shared,
    format: 'cjs',
    ...options,
    define: { ...shared.define, ...(await textsOf(carriesText)) },
    entryPoints: [`src/${entry}.ts`],
    outfile: `${folder}/${output}`,
    external,
    plugins: [englishSchemas],
  });
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  note(output, { bytes, metafile, maxBytes });
}
for (const { group, entries, plugins = [], maxBytes, maxBytesAtStart, carries = [], ...options } of groups) {
  const all = { ...shared, ...options, plugins: [englishSchemas, ...plugins] };
  const programs = await buildTogether(folder, { group, entries, ...all });
  for (const [entry, program] of programs) {
    note(`${entry}.cjs`, { ...program, maxBytes, maxBytesAtStart });
  }
  for (const name of carries) {
    packages.add(name);
  }
}
await copyGrammars(`${folder}/grammars`);
packages.add('@vscode/tree-sitter-wasm').add('web-tree-sitter');
await writeFile(`${folder}/sizes.json`, `${JSON.stringify(sizes, null, 2)}\n`);
await writeFile(`${folder}/THIRD_PARTY_NOTICES.txt`, await notices([...packages].sort((a, b) => a.localeCompare(b))));

/** Remembers what is in an output, which must not be larger than it may. */
function note(output, { bytes, bytesAtStart = bytes, metafile, maxBytes, maxBytesAtStart = maxBytes }) {
  const name = output.replace(/\.c?js$/, '');
  sizes[name] = bytes;
  sizes[`${name}AtStart`] = bytesAtStart;
  notePackages(metafile);
  if (bytes > maxBytes) {
    throw new Error(`${folder}/${output} has ${bytes} bytes; the limit is ${maxBytes}.`);
  }
  if (bytesAtStart > maxBytesAtStart) {
    throw new Error(`${folder}/${output} reads ${bytesAtStart} bytes when it starts; the limit is ${maxBytesAtStart}.`);
  }
}

function notePackages(metafile) {
  for (const input of Object.keys(metafile.inputs)) {
    const inside = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (inside !== null) {
      packages.add(inside[1]);
    }
  }
}

/** Programs as texts, by the names that stand for them; no file is written of them. */
async function textsOf(programs) {
  const texts = {};
  for (const [name, entry] of Object.entries(programs)) {
    const { outputFiles, metafile } = await build({
      ...shared,
      format: 'cjs',
      entryPoints: [`src/${entry}.ts`],
      plugins: [englishSchemas],
      write: false,
    });
    notePackages(metafile);
    texts[name] = JSON.stringify(outputFiles[0].text);
  }
  return texts;
}

/** The parser of the memory and what it knows of languages, beside the bundles; the package compresses them better. */
async function copyGrammars(to) {
  await mkdir(to, { recursive: true });
  await copyFile(`node_modules/web-tree-sitter/${runtimeName}.wasm`, join(to, `${runtimeName}.wasm`));
  for (const { name } of Object.values(grammars)) {
    const file = `tree-sitter-${name}.wasm`;
    await copyFile(join('node_modules/@vscode/tree-sitter-wasm/wasm', file), join(to, file));
  }
}

/** The licences of everything that is in a bundle, as they ask for. A package without one must not be shipped. */
async function notices(names) {
  const parts = await Promise.all(names.map(notice));
  return `Nightshift contains these packages under their own licences.\n\n${parts.join('\n')}`;
}

async function notice(name) {
  const home = join('node_modules', name);
  const { version, license } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
  const file = (await readdir(home)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  if (license === undefined && file === undefined) {
    throw new Error(`${name} has no licence and cannot be shipped.`);
  }
  const path = licenceTexts[name] ?? (file === undefined ? undefined : join(home, file));
  const text = path === undefined ? `Licence: ${license}\n` : await readFile(path, 'utf8');
  return `${'='.repeat(80)}\n${name} ${version} (${license ?? 'see below'})\n\n${text}`;
}
