import * as z from 'zod';

/** Keys of a `package.json` that decide what is fetched, what runs, and where a release goes. */
const sensitiveKeys: readonly string[] = [
  'scripts',
  'bin',
  'publishConfig',
  'overrides',
  'resolutions',
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'dependenciesMeta',
  'bundleDependencies',
  'bundledDependencies',
  'workspaces',
  'packageManager',
  'devEngines',
  'config',
  'pnpm',
  'yarn',
  'gypfile',
  'binary',
  'husky',
  'lint-staged',
  'simple-git-hooks',
  'pre-commit',
  'ghooks',
  'trustedDependencies',
  'allowScripts',
  'volta',
  '$schema',
];

const manifestSchema = z.record(z.string(), z.unknown());

/**
 * The sensitive keys whose meaning differs between two manifests (null: there is none); order and white space mean nothing.
 * `undefined` when a side cannot be read as a manifest.
 */
export function changedManifestKeys(
  previous: Uint8Array | null,
  next: Uint8Array | null,
): readonly string[] | undefined {
  const before = readManifest(previous);
  const after = readManifest(next);
  if (before === undefined || after === undefined) {
    return undefined;
  }
  return sensitiveKeys.filter((key) => canonical(before[key]) !== canonical(after[key]));
}

function readManifest(bytes: Uint8Array | null): Record<string, unknown> | undefined {
  if (bytes === null) {
    return {};
  }
  try {
    const parsed = manifestSchema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      return undefined;
    }
    throw error;
  }
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ''
  );
}
