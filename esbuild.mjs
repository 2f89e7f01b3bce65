import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * One bundle per entry. Only the extension may see `vscode`: in every other bundle an import of it fails the build, which proves
 * that the headless side does not depend on an editor.
 */
const shared = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  minify: true,
  sourcemap: false,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  // Its main file is UMD, whose inner requires no bundler sees.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
};

/** dockerode can also speak SSH and BuildKit; we do neither, and their native parts have no place in the package. */
const withoutUnusedTransports = {
  name: 'without-unused-transports',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /^(ssh2|cpu-features|@grpc\/grpc-js|@grpc\/proto-loader)$/ }, ({ path }) => ({
      path,
      namespace: 'unused',
    }));
    pluginBuild.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** Bytes; the extension's own figure is part of the product's promise not to slow the editor down. */
const bundles = [
  { entry: 'extension', external: ['vscode'], maxBytes: 300 * 1024 },
  { entry: 'agentHost', plugins: [withoutUnusedTransports], maxBytes: 2 * 1024 * 1024 },
  { entry: 'cli', plugins: [withoutUnusedTransports], maxBytes: 2 * 1024 * 1024, banner: '#!/usr/bin/env node' },
  { entry: 'guest', maxBytes: 512 * 1024 },
];

/** `node esbuild.mjs [FOLDER]`: tests build into a folder of their own, so that they never run what somebody built earlier. */
const folder = process.argv[2] ?? 'dist';
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const sizes = {};
const packages = new Set();
for (const { entry, external = [], plugins = [], maxBytes, banner } of bundles) {
  const result = await build({
    ...shared,
    entryPoints: [`src/${entry}.ts`],
    outfile: `${folder}/${entry}.cjs`,
    external,
    plugins,
    ...(banner === undefined ? {} : { banner: { js: banner } }),
  });
  const bytes = Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  sizes[entry] = bytes;
  for (const input of Object.keys(result.metafile.inputs)) {
    const inside = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (inside !== null) {
      packages.add(inside[1]);
    }
  }
  if (bytes > maxBytes) {
    throw new Error(`${folder}/${entry}.cjs has ${bytes} bytes; the limit is ${maxBytes}.`);
  }
}
await writeFile(`${folder}/sizes.json`, `${JSON.stringify(sizes, null, 2)}\n`);
await writeFile(`${folder}/THIRD_PARTY_NOTICES.txt`, await notices([...packages].sort((a, b) => a.localeCompare(b))));

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
  const text = file === undefined ? `Licence: ${license}\n` : await readFile(join(home, file), 'utf8');
  return `${'='.repeat(80)}\n${name} ${version} (${license ?? 'see below'})\n\n${text}`;
}
