import { delimiter, dirname, join } from 'node:path';

import { isExecutableFile } from './findExecutable.ts';

export const projectRoot = dirname(dirname(import.meta.dirname));
export const projectBin = join(projectRoot, 'node_modules', '.bin');

/** The Node 24 that the project's dependencies bring; what runs this script otherwise. */
export function projectNode(): string {
  const node = join(projectRoot, 'node_modules', 'node', 'bin', 'node');
  return isExecutableFile(node) ? node : process.execPath;
}

/** What a command started by `npm run` inherits from npm and another npm must not: the outer project's folder and flags. */
const keptSettings = /^npm_config_(registry|cache|userconfig|globalconfig|cafile|strict_ssl|\w*proxy)$/i;

/** An environment for npm and the compilers: this project's Node first on PATH, no settings of an outer `npm run`. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_OPTIONS$)/i.test(name) || keptSettings.test(name),
  );
  return { ...Object.fromEntries(kept), PATH: [projectBin, process.env['PATH'] ?? ''].join(delimiter) };
}
