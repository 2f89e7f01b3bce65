import { plainLine } from '../../base/plainText.ts';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { EnvironmentFailure } from './environmentFailure.ts';
import type { EnvironmentPlan } from './environmentPlan.ts';

/** Characters that a view shows of one fact, with room for what it says before it. */
const maxShown = 320;

/**
 * Whether a person who is shown a plan, one fact a line, sees all that would be fetched, built with, run and reached: nobody can
 * agree to what is cut off or invisible.
 */
export function checkShownWhole({
  image,
  steps,
  fetches,
  network,
}: Pick<EnvironmentPlan, 'image' | 'steps' | 'fetches' | 'network'>): Result<void, EnvironmentFailure> {
  const built = image.kind === 'dockerfile' ? [image.path, image.context] : [];
  const given = image.kind === 'dockerfile' ? Object.entries(image.arguments) : [];
  const facts: readonly (readonly [what: string, text: string])[] = [
    ...built.map((path) => ['The path of the Dockerfile', path] as const),
    ...given.map(([name, value]) => [`The build argument ${name}`, `${name}=${value}`] as const),
    ['The list of images to fetch', fetches.join(', ')],
    ...steps.map(({ argv }, index) => [`Setup step ${index + 1}`, commandLine(argv)] as const),
    ['The list of hosts', typeof network === 'boolean' ? '' : network.join(', ')],
  ];
  const hidden = facts.find(([, text]) => plainLine(text, maxShown) !== text);
  return hidden === undefined
    ? ok(undefined)
    : fail(
        failure(
          'bad-definition',
          `${hidden[0]} cannot be shown whole to who agrees to it; keep it under ${maxShown} plain characters on one line.`,
        ),
      );
}

/** As views show it: words that would not read as one are quoted. */
function commandLine(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}
