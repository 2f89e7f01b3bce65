import type { Sha256 } from '../../base/hash.ts';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { type Devcontainer, devcontainerPaths, type ImageChoice, parseDevcontainer } from './devcontainer.ts';
import { inspectDockerfile } from './dockerfile.ts';
import type { EnvironmentFailure } from './environmentFailure.ts';
import {
  type EnvironmentFile,
  environmentFilePath,
  maxDefinitionBytes,
  parseEnvironmentFile,
} from './environmentFile.ts';
import { manifestsOf, maxManifestBytes, maxManifestsBytes, reducedManifest } from './manifests.ts';
import { checkPackageSources } from './packageSources.ts';
import { defaultSteps, type SetupStep } from './setupSteps.ts';
import { checkShownWhole } from './shownWhole.ts';
import { folderOf } from './treePath.ts';

/** The regular files of a tree object. A symbolic link is none, so nothing here is reached through one. */
export interface EnvironmentTree {
  readonly paths: readonly string[];
  read(path: string): Promise<Uint8Array | null>;
}

export type EnvironmentSource = 'environment.yml' | 'devcontainer' | 'lockfile' | 'base';

/** What the tests of a tree run in, as its files say. Nothing of it has happened, and nobody has agreed to it. */
export interface EnvironmentPlan {
  readonly source: EnvironmentSource;
  /**
   * SHA-256 over all that decides what setup does: what a person agrees to. Empty where there is nothing to agree to, because the
   * tree asks for no more than the base image.
   */
  readonly definition: string;
  readonly image: ImageChoice | { readonly kind: 'base' };
  /** Images that have to be fetched where the engine does not have them. */
  readonly fetches: readonly string[];
  readonly steps: readonly SetupStep[];
  /** False, or the hosts that setup may reach; `true` stands for any public one. */
  readonly network: boolean | readonly string[];
  /** Whether the scripts of packages run. */
  readonly scripts: boolean;
  /** What setup sees of the repository. */
  readonly files: readonly SetupFile[];
  readonly testCommand?: readonly string[];
  readonly warnings: readonly string[];
}

export interface SetupFile {
  readonly path: string;
  readonly text: string;
}

/** Reads what a tree says of its environment: `.nightshift/environment.yml`, else its devcontainer, else its lockfiles. */
export async function planEnvironment(
  tree: EnvironmentTree,
  sha256: Sha256,
): Promise<Result<EnvironmentPlan, EnvironmentFailure>> {
  const read = reader(tree);
  const declared = await declaredEnvironment(tree, read);
  if (!declared.ok) {
    return declared;
  }
  const { source, file, image, warnings } = declared.value;
  const manifests = manifestsOf(tree.paths);
  const usual = defaultSteps(manifests, file.scripts ?? false);
  const steps = file.setup?.map((argv) => ({ argv, because: environmentFilePath })) ?? usual.steps;
  const dockerfile = image.kind === 'dockerfile' ? await readDockerfile(image, read) : ok(undefined);
  if (!dockerfile.ok) {
    return dockerfile;
  }
  const files = await setupFiles(manifests, read, {
    scripts: file.scripts ?? false,
    needed: steps.length > 0 || dockerfile.value !== undefined,
  });
  if (!files.ok) {
    return files;
  }
  if (file.setup === undefined && file.scripts !== true) {
    const checked = checkPackageSources(usual, files.value);
    if (!checked.ok) {
      return checked;
    }
  }
  const asks = image.kind !== 'base' || steps.length > 0;
  const network = file.network ?? (steps.length > 0 && file.setup === undefined);
  const plan = {
    source: asks && source === 'base' ? ('lockfile' as const) : source,
    image,
    fetches: image.kind === 'image' ? [image.reference] : (dockerfile.value?.images ?? []),
    steps,
    network,
    scripts: file.scripts ?? false,
    files: dockerfile.value === undefined ? files.value : [...files.value, dockerfile.value.file],
    ...(file.test === undefined ? {} : { testCommand: file.test }),
    warnings: [
      ...warnings,
      ...(image.kind === 'dockerfile' ? [builderWarning(image.path, network === true)] : []),
      ...(file.setup === undefined ? usual.warnings : []),
    ],
  };
  const shown = checkShownWhole(plan);
  if (!shown.ok) {
    return shown;
  }
  return ok({ ...plan, definition: asks ? definitionOf(plan, sha256) : '' });
}

/** What runs a Dockerfile is no box of ours, so nothing that is said of one holds. */
function builderWarning(path: string, connected: boolean): string {
  const network = connected
    ? "with the engine's own network, private addresses included"
    : 'without network but for the images and addresses that the engine itself fetches for FROM and ADD';
  return `${path} is not run in a sandbox: the engine's own builder runs it, with its default rights and ${network}. Read it before you agree.`;
}

/** Version of what a definition means: raised when the same files are to be set up in another way. */
const definitionVersion = 1;

/** The test command is no part of it: it runs in a box without network, like the tests themselves. */
function definitionOf(plan: Omit<EnvironmentPlan, 'definition'>, sha256: Sha256): string {
  const { image, steps, network, scripts, files } = plan;
  const content = files.map(({ path, text }) => [path, sha256(text)]);
  return sha256(
    JSON.stringify([definitionVersion, imageContent(image), steps.map((step) => step.argv), network, scripts, content]),
  );
}

function imageContent(image: EnvironmentPlan['image']): unknown {
  if (image.kind !== 'dockerfile') {
    return image;
  }
  const { kind, path, context, target } = image;
  return [
    kind,
    path,
    context,
    target ?? null,
    Object.entries(image.arguments).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ];
}

/**
 * Where the images and dependencies of a definition are found again: another base image, or another platform of the engine, has
 * others. 32 hexadecimal digits, fit for a tag.
 */
export function environmentKey(
  definition: string,
  on: { readonly baseImage: string; readonly platform: string },
  sha256: Sha256,
): string {
  return sha256(JSON.stringify([definition, on.baseImage, on.platform])).slice(0, 32);
}

interface Declared {
  readonly source: EnvironmentSource;
  readonly file: EnvironmentFile;
  readonly image: EnvironmentPlan['image'];
  readonly warnings: readonly string[];
}

type Read = (path: string, maxBytes: number) => Promise<Result<string, EnvironmentFailure>>;

async function declaredEnvironment(tree: EnvironmentTree, read: Read): Promise<Result<Declared, EnvironmentFailure>> {
  const base = { kind: 'base' } as const;
  if (tree.paths.includes(environmentFilePath)) {
    const text = await read(environmentFilePath, maxDefinitionBytes);
    const file = text.ok ? parseEnvironmentFile(text.value) : text;
    if (!file.ok) {
      return file;
    }
    const { image, dockerfile } = file.value;
    const choice: EnvironmentPlan['image'] =
      image !== undefined
        ? { kind: 'image', reference: image }
        : dockerfile !== undefined
          ? { kind: 'dockerfile', path: dockerfile, context: folderOf(dockerfile), arguments: {} }
          : base;
    return ok({ source: 'environment.yml', file: file.value, image: choice, warnings: [] });
  }
  const path = devcontainerPaths.find((each) => tree.paths.includes(each));
  if (path === undefined) {
    return ok({ source: 'base', file: {}, image: base, warnings: [] });
  }
  const text = await read(path, maxDefinitionBytes);
  const found: Result<Devcontainer, EnvironmentFailure> = text.ok ? parseDevcontainer(path, text.value) : text;
  if (!found.ok) {
    return found;
  }
  const { image, warnings } = found.value;
  return ok({ source: image === undefined ? 'base' : 'devcontainer', file: {}, image: image ?? base, warnings });
}

async function readDockerfile(
  image: ImageChoice & { readonly kind: 'dockerfile' },
  read: Read,
): Promise<Result<{ readonly images: readonly string[]; readonly file: SetupFile }, EnvironmentFailure>> {
  const text = await read(image.path, maxDefinitionBytes);
  if (!text.ok) {
    return text;
  }
  const facts = inspectDockerfile(image.path, text.value, image.arguments);
  return facts.ok ? ok({ images: facts.value.images, file: { path: image.path, text: text.value } }) : facts;
}

async function setupFiles(
  manifests: readonly string[],
  read: Read,
  { scripts, needed }: { readonly scripts: boolean; readonly needed: boolean },
): Promise<Result<readonly SetupFile[], EnvironmentFailure>> {
  const files: SetupFile[] = [];
  let bytes = 0;
  for (const path of needed ? manifests : []) {
    const text = await read(path, maxManifestBytes);
    if (!text.ok) {
      return text;
    }
    const reduced = reducedManifest(path, text.value, scripts);
    if (reduced === undefined) {
      return fail(failure('bad-definition', `${path} cannot be read as JSON; mend it.`));
    }
    bytes += reduced.length;
    if (bytes > maxManifestsBytes) {
      return fail(
        failure(
          'bad-definition',
          `The manifests and lockfiles have over ${maxManifestsBytes / 2 ** 20} MiB; use an image.`,
        ),
      );
    }
    files.push({ path, text: reduced });
  }
  return ok(files);
}

function reader(tree: EnvironmentTree): Read {
  return async (path, maxBytes) => {
    const bytes = tree.paths.includes(path) ? await tree.read(path) : null;
    if (bytes === null) {
      return fail(failure('bad-definition', `${path} is no regular file of the repository; links are not followed.`));
    }
    if (bytes.length > maxBytes) {
      return fail(failure('bad-definition', `${path} has over ${Math.floor(maxBytes / 1024)} KiB; make it smaller.`));
    }
    try {
      return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    } catch {
      return fail(failure('bad-definition', `${path} is no UTF-8 text.`));
    }
  };
}
