import { readFile } from 'node:fs/promises';

import type Docker from 'dockerode';
import * as z from 'zod';

import { withDeadline } from '../../../base/async.ts';
import { errorText, failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { assembleBaseImage } from './assembleBaseImage.ts';
import { buildBaseImage, dockerfileKey } from './buildBaseImage.ts';
import { findHostPieces } from './hostPieces.ts';
import type { ImageError } from './imageFailure.ts';
import { planRecipe } from './imageRecipe.ts';
import { contentLabel, repositoryName } from './imageSettings.ts';

/** `image` is the tag, for people; `id` is immutable, and what a sandbox is started from. */
export interface BaseImage {
  readonly image: string;
  readonly id: string;
}

export interface BaseImageOptions {
  readonly signal: AbortSignal;
  /** Path of `media/sandbox/Dockerfile`, used where the image cannot be assembled from this machine's files. */
  readonly dockerfile: string;
  readonly onProgress?: (line: string) => void;
}

/** How an image comes to be, and under which key it is found again. */
interface ImagePlan {
  readonly key: string;
  readonly reason: 'not-assembled' | 'not-built';
  readonly wayOut: string;
  /** Milliseconds. */
  readonly deadline: number;
  make(signal: AbortSignal): Promise<void>;
}

/** Milliseconds; figures with a wide margin over the 4 s an assembly took on two cores. */
const deadlines = { answer: 10_000, plan: 30_000, assemble: 180_000, build: 15 * 60_000 };

const engineVersion = z.object({ Os: z.string(), Arch: z.string() });
const engineArchitectures: ReadonlyMap<string, string> = new Map([
  ['x64', 'amd64'],
  ['arm64', 'arm64'],
]);
const inspection = z.object({
  Id: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
});

/**
 * The image every sandbox starts from: Node, Python with its whole standard library, git, ripgrep, busybox, and an
 * unprivileged user. It is made once per content and found by its key after that. It is assembled from this machine's own
 * files in seconds; where those do not fit (another system or processor, a missing piece) the engine builds the Dockerfile.
 */
export async function ensureBaseImage(
  docker: Docker,
  options: BaseImageOptions,
): Promise<Result<BaseImage, ImageError>> {
  const planned = await attempt(deadlines.plan, options.signal, 'Reading what the sandbox image is made of', (signal) =>
    planImage(docker, options, signal),
  );
  if (!planned.ok) {
    return planned;
  }
  const plan = planned.value;
  const found = await findImage(docker, plan.key, options.signal);
  if (!found.ok) {
    return found;
  }
  if (found.value !== undefined) {
    return ok(found.value);
  }
  const made = await attempt(
    plan.deadline,
    options.signal,
    'Making the sandbox image',
    (signal) => plan.make(signal),
    (text) => failure(plan.reason, `The sandbox image could not be made: ${text}; ${plan.wayOut}.`),
  );
  if (!made.ok) {
    return made;
  }
  const image = await findImage(docker, plan.key, options.signal);
  if (!image.ok) {
    return image;
  }
  return image.value === undefined
    ? fail(failure(plan.reason, `The engine made the sandbox image and does not list it; ${plan.wayOut}.`))
    : ok(image.value);
}

async function planImage(docker: Docker, options: BaseImageOptions, signal: AbortSignal): Promise<ImagePlan> {
  const onProgress = options.onProgress ?? (() => undefined);
  const engine = engineVersion.parse(await docker.version());
  const runsHere = engine.Os === process.platform && engine.Arch === engineArchitectures.get(process.arch);
  const pieces = await findHostPieces();
  if (runsHere && pieces.ok) {
    const recipe = await planRecipe(pieces.value, signal);
    return {
      key: recipe.key,
      reason: 'not-assembled',
      wayOut: "check free disk space and the engine's log",
      deadline: deadlines.assemble,
      make: (making) => assembleBaseImage(docker, recipe, { signal: making, onProgress }),
    };
  }
  const lacking = pieces.ok ? [`an engine on ${process.platform} ${process.arch}`] : pieces.error.missing;
  const dockerfile = await readFile(options.dockerfile, 'utf8');
  return {
    key: dockerfileKey(dockerfile),
    reason: 'not-built',
    wayOut: `make the registry reachable, or install what an assembly from this machine lacks (${lacking.join(', ')})`,
    deadline: deadlines.build,
    make: (making) => buildBaseImage(docker, dockerfile, { signal: making, onProgress }),
  };
}

/** Nothing when the engine has no image of that key; a foreign image under our tag does not count. */
async function findImage(
  docker: Docker,
  key: string,
  signal: AbortSignal,
): Promise<Result<BaseImage | undefined, ImageError>> {
  const image = `${repositoryName}:${key}`;
  return attempt(deadlines.answer, signal, 'Looking for the sandbox image', async () => {
    try {
      const found = inspection.parse(await docker.getImage(image).inspect());
      return found.Config?.Labels?.[contentLabel] === key ? { image, id: found.Id } : undefined;
    } catch (error) {
      if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) {
        return undefined;
      }
      throw error;
    }
  });
}

/** Runs `work` within a deadline; what it throws becomes a failure, by default "the engine does not answer". */
async function attempt<T>(
  milliseconds: number,
  signal: AbortSignal,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  explain: (text: string) => ImageError = (text) =>
    failure('engine-unavailable', `${what} failed: ${text}; start Docker, or run "nightshift doctor".`),
): Promise<Result<T, ImageError>> {
  try {
    return await withDeadline(milliseconds, signal, what, work);
  } catch (error) {
    return fail(explain(errorText(error)));
  }
}
