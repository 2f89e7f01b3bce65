import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../provision/projectPaths.ts';

/** Platforms whose package can run models of its own, in the editor's words; the engine's are two folders. */
export const packageTargets = {
  'linux-x64': 'linux/x64',
  'linux-arm64': 'linux/arm64',
  'darwin-arm64': 'darwin/arm64',
  'win32-x64': 'win32/x64',
  'win32-arm64': 'win32/arm64',
} as const;

export type PackageTarget = keyof typeof packageTargets;

export function isPackageTarget(text: string): text is PackageTarget {
  return Object.hasOwn(packageTargets, text);
}

/** On macOS the library lies there twice, and nothing asks for it by its full version. */
const unused = /^libonnxruntime\.\d+\.\d+\.\d+\.dylib$/;

/**
 * Copies what the bundle of the model runner needs beside it into `folder`: the engine's JavaScript and its library for one
 * platform, tens of megabytes instead of hundreds. What it needs to install itself stays out.
 */
export async function copyModelEngine(folder: string, target: PackageTarget): Promise<void> {
  const modules = join(folder, 'node_modules');
  const native = join('onnxruntime-node', 'bin', 'napi-v6', ...packageTargets[target].split('/'));
  await Promise.all([
    copyMatching(join('onnxruntime-node', 'dist'), modules, /\.js$/),
    copyMatching(join('onnxruntime-common', 'dist', 'cjs'), modules, /\.js$|^package\.json$/),
    copyMatching('onnxruntime-node', modules, /^package\.json$/),
    copyMatching('onnxruntime-common', modules, /^package\.json$/),
    copyMatching(native, modules, /^(?!.*\.pdb$)/),
  ]);
}

async function copyMatching(path: string, modules: string, wanted: RegExp): Promise<void> {
  const from = join(projectRoot, 'node_modules', path);
  const to = join(modules, path);
  await mkdir(to, { recursive: true });
  const entries = await readdir(from, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && wanted.test(entry.name) && !unused.test(entry.name));
  if (files.length === 0) {
    throw new Error(`${from} has nothing of what belongs into the package: run npm ci.`);
  }
  await Promise.all(files.map(({ name }) => cp(join(from, name), join(to, name))));
}
