import { t } from '@vscode/l10n';
import type { ModelList } from '../../protocol/models.ts';
import { formatBytes } from '../../protocol/storage.ts';

type SettingValue = string | number;

export interface Profile {
  readonly name: 'weak' | 'balanced' | 'strong';
  readonly label: string;
  readonly about: string;
  /** Settings by their names without the product's prefix; undefined for the default, which is what was measured. */
  readonly settings: Readonly<Record<(typeof profileSettings)[number], SettingValue | undefined>>;
}

/** What a profile decides. Every other setting stays as it is. */
export const profileSettings = [
  'contextTokens',
  'models.parallel',
  'plan',
  'limits.newTokens',
  'limits.minutes',
] as const;

/**
 * 8,192 tokens is the window that is taken by itself where memory is short; 4 requests at once is what servers other than Ollama get.
 * Twice the usual window gets twice the usual tokens, and half as quick a machine twice the minutes.
 */
export const profiles: readonly Profile[] = [
  {
    name: 'weak',
    label: t('Weak Machine'),
    about: t('a small window, one request at a time, no plan, more time'),
    settings: {
      contextTokens: 8_192,
      'models.parallel': 1,
      plan: 'never',
      'limits.newTokens': undefined,
      'limits.minutes': 60,
    },
  },
  {
    name: 'balanced',
    label: t('Balanced'),
    about: t('the defaults'),
    settings: {
      contextTokens: undefined,
      'models.parallel': undefined,
      plan: undefined,
      'limits.newTokens': undefined,
      'limits.minutes': undefined,
    },
  },
  {
    name: 'strong',
    label: t('Strong Machine'),
    about: t('a large window, four requests at a time, a plan for every task'),
    settings: {
      contextTokens: 32_768,
      'models.parallel': 4,
      plan: 'always',
      'limits.newTokens': 100_000,
      'limits.minutes': undefined,
    },
  },
];

export interface SettingChange {
  readonly name: (typeof profileSettings)[number];
  readonly from: unknown;
  readonly to: SettingValue | undefined;
}

/** What a profile would change of what the person set. */
export function profileChanges({ settings }: Profile, read: (name: string) => unknown): readonly SettingChange[] {
  return profileSettings
    .map((name) => ({ name, from: read(name), to: settings[name] }))
    .filter(({ from, to }) => from !== to);
}

export function changeText({ name, from, to }: SettingChange): string {
  const value = (what: unknown): string =>
    what === undefined
      ? 'default'
      : typeof what === 'number'
        ? what.toLocaleString('en-US')
        : typeof what === 'string'
          ? what
          : JSON.stringify(what);
  return `${name}: ${value(from)} → ${value(to)}`;
}

type Recommendation = ModelList['recommended'][number];

/** Up to this size a model is for a weak machine: the smallest that calls tools reliably has it. */
const weakParameters = 8.2e9;

/** The profile for a machine, by the largest model that fits it: the largest of the table is for strong ones. */
export function fittingProfile(recommended: readonly Recommendation[]): Profile['name'] | undefined {
  if (recommended.length === 0) {
    return undefined;
  }
  const most = Math.max(...recommended.map(({ parameters }) => parameters));
  const largest = Math.max(0, ...recommended.filter(({ fits }) => fits).map(({ parameters }) => parameters));
  return largest <= weakParameters ? 'weak' : largest < most ? 'balanced' : 'strong';
}

/** The model to take with a profile: the largest that fits, on a weak machine none that leaves no room for anything else. */
export function profileModel(name: Profile['name'], recommended: readonly Recommendation[]): string | undefined {
  const fitting = recommended.filter(
    ({ fits, parameters }) => fits && (name !== 'weak' || parameters <= weakParameters),
  );
  const [best] = fitting.toSorted((left, right) => right.parameters - left.parameters);
  return best === undefined ? undefined : t`${best.name} (takes ${formatBytes(best.needBytes)} of memory)`;
}
