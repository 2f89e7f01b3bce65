import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { installedCli } from '../integration/product/bundles.ts';

/** The product as its next version would be installed: of another name and with the next protocol. Answers the path of its CLI. */
export async function newerCli(folder: string): Promise<string> {
  const present = dirname(dirname(installedCli()));
  cpSync(join(present, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(present, 'media'), join(folder, 'media'));
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  rmSync(join(folder, 'package.json'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify(Object.assign({}, manifest, { version: '99.0.0' })));
  cpSync(join(present, 'dist', 'guest.cjs'), join(folder, 'dist', 'guest.cjs'));
  for (const entry of ['agentHost', 'cli']) {
    await build({
      entryPoints: [join(import.meta.dirname, '..', '..', 'src', `${entry}.ts`)],
      outfile: join(folder, 'dist', `${entry}.cjs`),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
      alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
      plugins: [
        {
          name: 'next-protocol',
          setup: (plugin) => {
            plugin.onLoad({ filter: /src\/protocol\/host\.ts$/ }, ({ path }) => ({
              contents: nextProtocol(readFileSync(path, 'utf8')),
              loader: 'ts',
            }));
            plugin.onResolve({ filter: /^(?:ssh2|cpu-features|@grpc\/.*)$/ }, ({ path }) => ({
              path,
              namespace: 'unused',
            }));
            plugin.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
          },
        },
      ],
    });
  }
  return join(folder, 'dist', 'cli.cjs');
}

function nextProtocol(source: string): string {
  const next = source.replace(
    /(hostProtocolVersion = )(\d+)/,
    (_, name: string, number: string) => `${name}${Number(number) + 1}`,
  );
  if (next === source) {
    throw new Error('The protocol has no version to raise.');
  }
  return next;
}
