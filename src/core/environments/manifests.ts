import * as z from 'zod';

/** Files that say what is to be installed. Setup sees these and nothing else of a repository. */
const manifestNames: ReadonlySet<string> = new Set([
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'yarn.lock',
  'bun.lock',
  'pyproject.toml',
  'poetry.lock',
  'uv.lock',
  'pdm.lock',
  'Pipfile',
  'Pipfile.lock',
  'go.mod',
  'go.sum',
  'go.work',
  'go.work.sum',
  'Cargo.toml',
  'Cargo.lock',
  'Gemfile',
  'Gemfile.lock',
  'composer.json',
  'composer.lock',
]);
const requirements = /^(?:requirements|constraints)[\w.-]*\.txt$/;
const foreignFolder = /(?:^|\/)(?:node_modules|\.git|\.nightshift|vendor|venv|\.venv|site-packages)\//;

/** Manifests deeper than this, or beyond this many, are no workspace of the project that is set up. */
const maxDepth = 6;
const maxManifests = 400;

/** Bytes of one manifest or lockfile, and of all together. */
export const maxManifestBytes = 32 * 2 ** 20;
export const maxManifestsBytes = 64 * 2 ** 20;

export function isManifest(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return (
    (manifestNames.has(name) || requirements.test(name)) &&
    !foreignFolder.test(path) &&
    path.split('/').length <= maxDepth
  );
}

/** The manifests among a tree's files, in the order of their paths. */
export function manifestsOf(paths: readonly string[]): readonly string[] {
  return paths
    .filter(isManifest)
    .toSorted((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1))
    .slice(0, maxManifests)
    .toSorted();
}

/** Keys of a `package.json` that decide what is installed. */
const installingKeys = [
  'name',
  'version',
  'private',
  'engines',
  'os',
  'cpu',
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'bundleDependencies',
  'bundledDependencies',
  'overrides',
  'resolutions',
  'workspaces',
  'packageManager',
  'pnpm',
  'bin',
] as const;

/** Scripts that an installation itself would run, where the user agreed to scripts. */
const installScripts = ['preinstall', 'install', 'postinstall'] as const;

const packageSchema = z.record(z.string(), z.unknown());

/**
 * A manifest as setup gets it. Of a `package.json` only what an installation needs: so a change of its test script asks nobody
 * again, and no other script of the repository is there to run. Undefined for a `package.json` that is none.
 */
export function reducedManifest(path: string, text: string, scripts: boolean): string | undefined {
  if (path !== 'package.json' && !path.endsWith('/package.json')) {
    return text;
  }
  const parsed = packageSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    return undefined;
  }
  const given = packageSchema.safeParse(parsed.data['scripts']).data ?? {};
  const kept = scripts ? pick(given, installScripts) : {};
  return `${JSON.stringify(
    { ...pick(parsed.data, installingKeys), ...(Object.keys(kept).length === 0 ? {} : { scripts: kept }) },
    undefined,
    2,
  )}\n`;
}

function pick(from: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(from, key)).map((key) => [key, from[key]]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
