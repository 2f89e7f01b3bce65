import { plainLine } from '../../base/plainText.ts';
import { levelText, sizeText, whyText } from '../../protocol/modelText.ts';
import type { ModelList, ModelView } from '../../protocol/models.ts';
import { formatBytes } from '../../protocol/storage.ts';
import type { Paint, Style } from './paint.ts';

/** The model of every role, and those of roles with one of their own, as the user named them. */
export interface ChosenModels {
  readonly common: string;
  readonly supervisor?: string | undefined;
  readonly implementer?: string | undefined;
  readonly reviewer?: string | undefined;
}

/** More is for the library's own pages. */
const recommendedShown = 5;

const styles: Readonly<Record<string, Style>> = { strong: 'green', capable: 'green', weak: 'yellow', unfit: 'red' };

export function modelLines(list: ModelList, chosen: ChosenModels, paint: Paint): readonly string[] {
  const { models, sources, recommended, machine } = list;
  const width = Math.max(0, ...models.map(({ id }) => id.length));
  const problems = sources.flatMap(({ problem }) => (problem === undefined ? [] : [problem.message]));
  const advised = recommended.filter(({ fits }) => fits).slice(0, recommendedShown);
  const memory = `${formatBytes(machine.memoryBytes)} of memory${machine.videoBytes === undefined ? '' : ` and ${formatBytes(machine.videoBytes)} or more on a graphics card`}`;
  return [
    ...models.flatMap((model) => rows(model, width, rolesOf(model.id, list, chosen), paint)),
    ...(models.length === 0 && problems.length === 0 ? ['No model is installed.'] : []),
    ...problems.map((problem) => paint('red', plainLine(problem))),
    '',
    advised.length === 0
      ? `No recommended model fits ${memory}; the smallest is ${recommended[0]?.name ?? 'unknown'}.`
      : `Recommended for ${memory} (advice, not measured here):`,
    ...advised.map(
      ({ name, needBytes, why, installed }) =>
        `  ${name.padEnd(18)} ${formatBytes(needBytes).padStart(8)}  ${installed ? 'installed' : `nightshift models pull ${name}`}  ${paint('dim', why)}`,
    ),
  ];
}

/** What a model is chosen for, in words; empty for none. */
export function rolesOf(
  id: string,
  { automatic }: Pick<ModelList, 'automatic'>,
  chosen: ChosenModels,
): readonly string[] {
  const { common, ...own } = chosen;
  const isThis = (text: string | undefined): boolean => text === id || (text === 'auto' && automatic === id);
  return [
    ...(isThis(common) ? [common === 'auto' ? 'auto' : 'all roles'] : []),
    ...Object.entries(own).flatMap(([role, text]) => (isThis(text) ? [role] : [])),
  ];
}

export function modelText(model: ModelView, paint: Paint): string {
  return rows(model, model.id.length, [], paint).join('\n');
}

function rows(model: ModelView, width: number, roles: readonly string[], paint: Paint): readonly string[] {
  const level = levelText(model);
  const used = roles.length === 0 ? '' : `  ${paint('cyan', `← ${roles.join(', ')}`)}`;
  return [
    `${plainLine(model.id).padEnd(width)}  ${paint(styles[level] ?? 'dim', level.padEnd(13))}  ${plainLine(sizeText(model))}${used}`,
    `${''.padEnd(width)}  ${paint('dim', plainLine(whyText(model), 300))}`,
  ];
}
