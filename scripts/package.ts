// `npm run package`: the extension for every platform, without models of its own. `npm run package -- --target linux-x64`: for
// one platform, with the engine that runs models inside the extension.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { copyModelEngine, isPackageTarget, type PackageTarget, packageTargets } from './package/modelEngine.ts';
import { packGrammars, removePacked } from './package/packedGrammars.ts';
import { withPlatformFiles } from './package/platformFiles.ts';
import { projectRoot } from './provision/projectPaths.ts';

/** Bytes that a package may have. */
const largest = { universal: 1.5 * 1024 * 1024, 'linux-x64': 20 * 1024 * 1024 } as const;

const artifacts = join(projectRoot, '.artifacts');
const { values } = parseArgs({ options: { target: { type: 'string' } } });
const { target } = values;
if (target !== undefined && !isPackageTarget(target)) {
  throw new Error(`There is no package for ${target}. Targets: ${Object.keys(packageTargets).join(', ')}.`);
}

mkdirSync(artifacts, { recursive: true });
const name = target === undefined ? 'nightshift.vsix' : `nightshift-${target}.vsix`;
const asked = { cwd: projectRoot, packagePath: join(artifacts, name), dependencies: false };
const packed = await packGrammars(join(projectRoot, 'dist', 'grammars'), { all: target !== undefined });
try {
  if (target === undefined) {
    await createVSIX(asked);
  } else {
    await packageFor(target);
  }
} finally {
  await removePacked(packed);
}

const { size } = statSync(join(artifacts, name));
const limit = target === undefined ? largest.universal : target === 'linux-x64' ? largest[target] : undefined;
console.log(`.artifacts/${name}: ${size} bytes${limit === undefined ? '' : ` of ${limit}`}`);
if (limit !== undefined && size > limit) {
  throw new Error(`.artifacts/${name} has ${size} bytes; the limit is ${limit}.`);
}

async function packageFor(platform: PackageTarget): Promise<void> {
  // Beside the bundles only while it is packed: what runs from here uses the engine of node_modules.
  const engine = join(projectRoot, 'dist', 'node_modules');
  const list = join(artifacts, `package-${platform}.txt`);
  try {
    await copyModelEngine(join(projectRoot, 'dist'), platform);
    const always = readFileSync(join(projectRoot, '.vscodeignore'), 'utf8');
    writeFileSync(list, withPlatformFiles(always));
    await createVSIX({ ...asked, target: platform, ignoreFile: list });
  } finally {
    rmSync(engine, { recursive: true, force: true });
    rmSync(list, { force: true });
  }
}
