import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';
import { withDeadline } from '../../../base/async.ts';
import { errorText, failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { ImageChoice } from '../../../core/environments/devcontainer.ts';
import type { EnvironmentFailure } from '../../../core/environments/environmentFailure.ts';
import { isOwnImageName } from '../../../core/environments/imageReference.ts';
import type { EnvironmentPlan } from '../../../core/environments/environmentPlan.ts';
import { followEngineProgress } from '../image/engineProgress.ts';
import {
  dependencyLabels,
  dependencyRepository,
  findDependencyImage,
  findImage,
  type MadeImages,
  noteDependencyImage,
} from './environmentImages.ts';

const mebibyte = 2 ** 20;

/** Milliseconds. */
const deadlines = { answer: 10_000, fetch: 15 * 60_000, build: 20 * 60_000 };

/** Name of the Dockerfile in the context, where no file of a repository is. */
const dockerfileName = '.nightshift-dockerfile';

export interface SourceContext {
  readonly docker: Docker;
  readonly signal: AbortSignal;
  readonly onOutput: (text: string) => void;
  readonly made: MadeImages;
  readonly ensureBaseImage: (
    signal: AbortSignal,
  ) => Promise<Result<{ readonly image: string; readonly id: string }, EnvironmentFailure>>;
}

/**
 * The base image's id where one of these references is of the names that images made here bear; undefined where none is. Such a name
 * has to be the base image of this machine, which is there then: nothing of these names is ever fetched.
 */
async function ownImage(
  references: readonly string[],
  { ensureBaseImage, signal }: SourceContext,
): Promise<Result<string | undefined, EnvironmentFailure>> {
  const own = references.filter(isOwnImageName);
  if (own.length === 0) {
    return ok(undefined);
  }
  const base = await ensureBaseImage(signal);
  if (!base.ok) {
    return base;
  }
  const foreign = own.find((reference) => reference !== base.value.image);
  return foreign === undefined
    ? ok(base.value.id)
    : fail(
        failure(
          'image-unusable',
          `${foreign} is no image that was made here, and none of that name is fetched; the base image is ${base.value.image}.`,
        ),
      );
}

/** The image that a plan names, fetched where the engine does not have it. */
export async function fetchImage(
  { reference }: ImageChoice & { readonly kind: 'image' },
  context: SourceContext,
): Promise<Result<string, EnvironmentFailure>> {
  const { docker, signal, onOutput } = context;
  const own = await ownImage([reference], context);
  if (!own.ok) {
    return own;
  }
  if (own.value !== undefined) {
    return ok(own.value);
  }
  const known = await attempt(deadlines.answer, signal, `Looking for the image ${reference}`, () =>
    findImage(docker, reference),
  );
  if (!known.ok || known.value !== undefined) {
    return known.ok ? usable(reference, known.value) : known;
  }
  const fetched = await attempt(deadlines.fetch, signal, `Fetching the image ${reference}`, async (abortSignal) => {
    const progress = await docker.pull(reference, { abortSignal });
    await followEngineProgress(docker, progress, (line) => onOutput(`${line}\n`));
    return findImage(docker, reference);
  });
  return fetched.ok ? usable(reference, fetched.value) : fetched;
}

/**
 * The image that the Dockerfile of a plan makes. The engine's builder sees the Dockerfile, the manifests and nothing else; its
 * network is off unless the definition asked for it.
 */
export async function buildFromDockerfile(
  image: ImageChoice & { readonly kind: 'dockerfile' },
  plan: EnvironmentPlan,
  key: string,
  context: SourceContext,
): Promise<Result<string, EnvironmentFailure>> {
  const { docker, signal, onOutput, made } = context;
  const own = await ownImage(plan.fetches, context);
  if (!own.ok) {
    return own;
  }
  const known = await attempt(deadlines.answer, signal, 'Looking for the image', () =>
    findDependencyImage(docker, made, key),
  );
  if (!known.ok || known.value !== undefined) {
    return known.ok ? usable(image.path, known.value) : known;
  }
  const tag = `${dependencyRepository}:${key}`;
  const built = await attempt(deadlines.build, signal, `Building ${image.path}`, async (abortSignal) => {
    const progress = await docker.buildImage(Readable.from(contextOf(image, plan), { objectMode: false }), {
      t: tag,
      dockerfile: dockerfileName,
      labels: dependencyLabels(key),
      buildargs: { ...image.arguments },
      ...(image.target === undefined ? {} : { target: image.target }),
      networkmode: plan.network === true ? 'default' : 'none',
      memory: 4 * 1024 * mebibyte,
      memswap: 4 * 1024 * mebibyte,
      cpuperiod: 100_000,
      cpuquota: 200_000,
      rm: true,
      forcerm: true,
      abortSignal,
    });
    await followEngineProgress(docker, progress, (line) => onOutput(`${line}\n`));
    return noteDependencyImage(docker, made, key);
  });
  if (!built.ok) {
    return built;
  }
  const result = usable(image.path, built.value);
  if (!result.ok && built.value !== undefined) {
    await docker.getImage(tag).remove();
  }
  return result;
}

function contextOf(
  image: ImageChoice & { readonly kind: 'dockerfile' },
  plan: EnvironmentPlan,
): AsyncIterable<unknown> {
  const context = pack();
  const inside = image.context === '' ? '' : `${image.context}/`;
  const add = (name: string, text: string): void => {
    context.entry({ name, mode: 0o644, mtime: new Date(0) }, text);
  };
  for (const { path, text } of plan.files) {
    if (path === image.path) {
      add(dockerfileName, text);
    }
    if (path.startsWith(inside)) {
      add(path.slice(inside.length), text);
    }
  }
  context.finalize();
  return context;
}

function usable(name: string, found: Awaited<ReturnType<typeof findImage>>): Result<string, EnvironmentFailure> {
  if (found === undefined) {
    return fail(failure('image-unusable', `The engine does not have the image of ${name} after all; try again.`));
  }
  return found.unusable === undefined
    ? ok(found.id)
    : fail(failure('image-unusable', `The image of ${name} ${found.unusable}; use one without.`));
}

/** Runs `work` within a deadline; what the engine says against it is why the image cannot be had. */
export async function attempt<T>(
  milliseconds: number,
  signal: AbortSignal,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Result<T, EnvironmentFailure>> {
  try {
    return await withDeadline(milliseconds, signal, what, work);
  } catch (error) {
    const reason = signal.aborted ? 'aborted' : 'image-unusable';
    return fail(failure(reason, `${what} failed: ${errorText(error)}`));
  }
}
