import { parse, type ParseError, printParseErrorCode } from 'jsonc-parser';
import * as z from 'zod';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { EnvironmentFailure } from './environmentFailure.ts';
import { maxDefinitionBytes } from './environmentFile.ts';
import { imageProblem } from './imageReference.ts';
import { folderOf, resolveTreePath } from './treePath.ts';

/** Where a repository keeps its development container, in the order in which the tools look. */
export const devcontainerPaths = ['.devcontainer/devcontainer.json', '.devcontainer.json'] as const;

export type ImageChoice =
  | { readonly kind: 'image'; readonly reference: string }
  | {
      readonly kind: 'dockerfile';
      readonly path: string;
      /** Folder of the repository that the build sees; '' is its top. */
      readonly context: string;
      readonly arguments: Readonly<Record<string, string>>;
      readonly target?: string;
    };

export interface Devcontainer {
  /** Absent where the file names none that can be used here. */
  readonly image?: ImageChoice;
  readonly warnings: readonly string[];
}

const buildSchema = z.looseObject({
  dockerfile: z.string().optional(),
  context: z.string().optional(),
  args: z.record(z.string().regex(/^[A-Za-z_]\w{0,99}$/), z.string().max(2_000)).optional(),
  target: z
    .string()
    .regex(/^[\w.-]{1,100}$/)
    .optional(),
});

const devcontainerSchema = z.looseObject({
  image: z.string().optional(),
  dockerFile: z.string().optional(),
  context: z.string().optional(),
  build: buildSchema.optional(),
});

/** Keys that would give a box more than its profile has: they are named, and change nothing. */
const refusedKeys = ['runArgs', 'mounts', 'workspaceMount', 'privileged', 'capAdd', 'securityOpt', 'init'] as const;

/** Keys that run programs or set a container up in ways that are not followed here. */
const ignoredKeys = [
  'features',
  'initializeCommand',
  'onCreateCommand',
  'updateContentCommand',
  'postCreateCommand',
  'postStartCommand',
  'postAttachCommand',
  'containerEnv',
  'remoteEnv',
  'containerUser',
  'remoteUser',
  'forwardPorts',
  'appPort',
  'overrideCommand',
] as const;

/**
 * What of a development container is followed: its image, or its Dockerfile with context, arguments and target. All else that
 * would act is said in the warnings and never obeyed: nothing in a repository can loosen a box.
 */
export function parseDevcontainer(path: string, text: string): Result<Devcontainer, EnvironmentFailure> {
  if (text.length > maxDefinitionBytes) {
    return refuse(path, `is longer than ${maxDefinitionBytes / 1024} KiB`);
  }
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true, disallowComments: false });
  const [broken] = errors;
  if (broken !== undefined) {
    return refuse(
      `${path}${placeOf(text, broken.offset)}`,
      `is no JSON with comments: ${printParseErrorCode(broken.error)}`,
    );
  }
  const parsed = devcontainerSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(path, `has a wrong "${issue?.path.join('.') ?? ''}": ${issue?.message ?? ''}`);
  }
  const warnings = warningsOf(path, parsed.data);
  const image = imageOf(path, parsed.data);
  return image.ok ? ok({ ...(image.value === undefined ? {} : { image: image.value }), warnings }) : image;
}

type Parsed = z.infer<typeof devcontainerSchema>;

function imageOf(path: string, file: Parsed): Result<ImageChoice | undefined, EnvironmentFailure> {
  const { image, build } = file;
  const dockerfile = build?.dockerfile ?? file.dockerFile;
  if (dockerfile === undefined) {
    if (image === undefined) {
      return ok(undefined);
    }
    const problem = imageProblem(image);
    return problem === undefined
      ? ok({ kind: 'image', reference: image })
      : refuse(path, `names an image that ${problem}`);
  }
  const folder = folderOf(path);
  const at = resolveTreePath(folder, dockerfile);
  const context = resolveTreePath(folder, build?.context ?? file.context ?? '.');
  if (at === undefined || at === '' || context === undefined) {
    return refuse(path, 'names a Dockerfile or a context outside of the repository');
  }
  return ok({
    kind: 'dockerfile',
    path: at,
    context,
    arguments: build?.args ?? {},
    ...(build?.target === undefined ? {} : { target: build.target }),
  });
}

function warningsOf(path: string, file: Parsed): readonly string[] {
  const has = (name: string): boolean => Object.hasOwn(file, name);
  const refused = refusedKeys.filter(has);
  const ignored = ignoredKeys.filter(has);
  return [
    ...(has('dockerComposeFile') ? [`${path}: Compose is not followed; name an image or a Dockerfile.`] : []),
    ...(refused.length > 0
      ? [`${path}: ${refused.join(', ')} cannot change what a sandbox may do and is refused.`]
      : []),
    ...(ignored.length > 0
      ? [`${path}: ${ignored.join(', ')} is not followed; put set-up steps into .nightshift/environment.yml.`]
      : []),
  ];
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

function refuse(path: string, what: string): Result<never, EnvironmentFailure> {
  return fail(failure('bad-definition', `${path} ${what}; mend it, or add a .nightshift/environment.yml.`));
}
