import { t } from '@vscode/l10n';
import { levelText, sizeText, whyText } from '../../protocol/modelText.ts';
import type { ModelList, ModelView } from '../../protocol/models.ts';
import { formatBytes } from '../../protocol/storage.ts';
import type { PickGroup, PickItem } from '../window/dialogue.ts';

/** What a person can do in the list of models. */
export type ModelWish =
  | { readonly kind: 'automatic' }
  | { readonly kind: 'use'; readonly model: ModelView }
  | { readonly kind: 'pull'; readonly name: string }
  | { readonly kind: 'name' }
  | { readonly kind: 'get-server' }
  | { readonly kind: 'set-address'; readonly driver: string };

/** The one button of a row. */
export const tryButton = 'try';

/** Names of groups by driver; another driver is called by its own name. */
const driverNames: Readonly<Record<string, string>> = {
  ollama: t('Installed in Ollama'),
  vscode: t('Models of the editor'),
};

/** More is for the library's own pages. */
const recommendedShown = 6;

/** The rows of the list, grouped: what `auto` is, models of each driver that answers questions, what is recommended, and what to do where there is none. */
export function modelGroups(list: ModelList, current: string): readonly PickGroup<ModelWish>[] {
  const usable = list.models.filter(({ other }) => other === undefined);
  const drivers = list.sources.map(({ driver }) => {
    const models = usable.filter((model) => model.driver === driver);
    return {
      label: driverNames[driver] ?? t`Models of ${driver}`,
      items: models.map((model) => modelItem(model, current)),
    };
  });
  return [
    ...(list.automatic === undefined ? [] : [{ label: '', items: [automaticItem(list.automatic, current)] }]),
    ...drivers,
    { label: t('Needs attention'), items: problemItems(list, usable.length === 0) },
    { label: t('Get another (advice for this machine, not measured)'), items: pullItems(list) },
  ].filter(({ items }) => items.length > 0);
}

function automaticItem(automatic: string, current: string): PickItem<ModelWish> {
  return {
    icon: 'sparkle',
    label: t('Automatic'),
    description: `${automatic} now${current === 'auto' ? ' · chosen' : ''}`,
    detail: t('The best graded of the installed models that can act; the same until a grade or a model changes.'),
    value: { kind: 'automatic' },
  };
}

const icons: Readonly<Record<string, string>> = {
  strong: 'star-full',
  capable: 'pass-filled',
  weak: 'warning',
  unfit: 'error',
};

function modelItem(model: ModelView, current: string): PickItem<ModelWish> {
  const level = levelText(model);
  const weights = model.digest === undefined ? '' : t` (weights ${model.digest.slice(0, 12)})`;
  return {
    icon: icons[level] ?? 'circle-outline',
    label: model.name,
    description: [level, sizeText(model), ...(current === model.id ? ['chosen'] : [])].join(' · '),
    detail: whyText(model),
    value: { kind: 'use', model },
    buttons: [
      { name: tryButton, icon: 'beaker', tooltip: t`Try it out${model.grade === undefined ? '' : ' again'}${weights}` },
    ],
  };
}

function problemItems({ sources }: ModelList, isEmpty: boolean): readonly PickItem<ModelWish>[] {
  const problems = sources.flatMap(({ driver, problem }) => (problem === undefined ? [] : [{ driver, ...problem }]));
  return problems.flatMap(({ driver, message }) => [
    ...(isEmpty && driver === 'ollama'
      ? [
          {
            icon: 'link-external',
            label: t('Get Ollama'),
            description: t('then start it and come back'),
            detail: message,
            value: { kind: 'get-server' as const },
          },
        ]
      : []),
    {
      icon: 'gear',
      label: t`Set the Address of ${driver === 'ollama' ? 'Ollama' : driver}`,
      description: t('where it runs elsewhere'),
      detail: message,
      value: { kind: 'set-address' as const, driver },
    },
  ]);
}

function pullItems({ recommended, sources }: ModelList): readonly PickItem<ModelWish>[] {
  if (!sources.some(({ driver, problem }) => driver === 'ollama' && problem === undefined)) {
    return [];
  }
  const offered = recommended.filter(({ installed, fits }) => !installed && fits).slice(0, recommendedShown);
  return [
    ...offered.map(({ name, needBytes, why }) => ({
      icon: 'cloud-download',
      label: name,
      description: t`takes ${formatBytes(needBytes)} of memory`,
      detail: why,
      value: { kind: 'pull' as const, name },
    })),
    {
      icon: 'cloud-download',
      label: t('Pull Another…'),
      description: t('by its name in the library of Ollama'),
      value: { kind: 'name' },
    },
  ];
}
