import { isParallel } from './models/modelEndpoints.ts';
import type { Environment } from './paths.ts';

const wanted = [
  [
    'NIGHTSHIFT_IMAGE_GIGABYTES',
    'a number of gigabytes above 0',
    (text: string) => Number(text) > 0 && Number.isFinite(Number(text)),
  ],
  ['NIGHTSHIFT_MODELS_PARALLEL', 'a number from 1 to 64', isParallel],
  ['NIGHTSHIFT_WARM_SANDBOXES', 'a number from 0 to 9', (text: string) => /^\d$/.test(text)],
] as const;

/** Settings in the environment that cannot be read and so count as unset, one line each. */
export function ignoredSettings(environment: Environment): readonly string[] {
  return wanted.flatMap(([name, kind, isRead]) => {
    const text = environment[name] ?? '';
    return text === '' || isRead(text) ? [] : [`${name} is "${text}", not ${kind}, and counts as unset`];
  });
}
