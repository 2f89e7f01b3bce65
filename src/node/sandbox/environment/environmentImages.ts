import type Docker from 'dockerode';
import * as z from 'zod';
import { dependencyImageKind, labelNames } from '../../../core/sandbox/profiles.ts';
import { engineErrorOf } from '../engineAnswers.ts';

/** All images made for environments bear this name; their tags are keys. */
export const dependencyRepository = 'nightshift/deps';

export const dependencyLabels = (key: string): Readonly<Record<string, string>> => ({
  [labelNames.managed]: '1',
  [labelNames.kind]: dependencyImageKind,
  [labelNames.content]: key,
});

const imageSchema = z.object({
  Id: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  Config: z
    .object({
      Labels: z.record(z.string(), z.string()).nullish(),
      OnBuild: z.array(z.string()).nullish(),
      Volumes: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
});

const notFound = 404;

export interface FoundImage {
  readonly id: string;
  /** Why no sandbox can be made of it, for people. */
  readonly unusable?: string;
  readonly key?: string;
}

/** An image by name or id; undefined where the engine does not have it. */
export async function findImage(docker: Docker, name: string): Promise<FoundImage | undefined> {
  try {
    const { Id, Config } = imageSchema.parse(await docker.getImage(name).inspect());
    const volume = Object.keys(Config?.Volumes ?? {})[0];
    const unusable =
      volume !== undefined
        ? `declares the volume ${volume}, which a sandbox may not have`
        : (Config?.OnBuild?.length ?? 0) > 0
          ? 'carries ONBUILD instructions, which would run unseen'
          : undefined;
    const key = Config?.Labels?.[labelNames.content];
    return { id: Id, ...(unusable === undefined ? {} : { unusable }), ...(key === undefined ? {} : { key }) };
  } catch (error) {
    if (engineErrorOf(error).statusCode === notFound) {
      return undefined;
    }
    throw error;
  }
}

/** Remembers by key which images were made here. */
export interface MadeImages {
  imageOf(key: string): string | undefined;
  noteImage(key: string, id: string): void;
}

/** The image that was made here under this key. What merely bears its tag and labels may come from anywhere and does not count. */
export async function findDependencyImage(
  docker: Docker,
  made: MadeImages,
  key: string,
): Promise<FoundImage | undefined> {
  const id = made.imageOf(key);
  const found = id === undefined ? undefined : await findImage(docker, id);
  return found?.id === id ? found : undefined;
}

/** To be called right after an image was made under this key: it is the one that is found from now on. */
export async function noteDependencyImage(
  docker: Docker,
  made: MadeImages,
  key: string,
): Promise<FoundImage | undefined> {
  const found = await findImage(docker, `${dependencyRepository}:${key}`);
  if (found === undefined || found.key !== key) {
    return undefined;
  }
  made.noteImage(key, found.id);
  return found;
}
