import { t } from '@vscode/l10n';
import type { Command, CommandContext } from '../commands/command.ts';
import { modelAsker } from '../models/selectModel.ts';
import { note } from '../tasks/showFailure.ts';
import {
  changeText,
  fittingProfile,
  type Profile,
  profileChanges,
  profileModel,
  profiles,
  type SettingChange,
} from './profiles.ts';

/** Sets what fits a weak or a strong machine, after it has shown what that changes. Answers the profile's name. */
export const applyProfile: Command = async (context) => {
  const recommended = await recommendedHere(context);
  const fitting = fittingProfile(recommended);
  const picked = await context.dialogue.pick(
    t('Apply Profile'),
    t('Settings for this machine, of which every one can be changed later'),
    [
      {
        label: '',
        items: profiles.map((profile) => {
          const changes = profileChanges(profile, context.readSetting);
          const model = profileModel(profile.name, recommended);
          return {
            icon: { weak: 'vm-outline', balanced: 'vm', strong: 'server' }[profile.name],
            label: profile.label,
            description: profile.name === fitting ? t('fits this machine') : '',
            detail: `${profile.about}${changes.length === 0 ? t(' · set already') : ''}`,
            value: { profile, changes, model },
          };
        }),
      },
    ],
  );
  if (picked === undefined) {
    return undefined;
  }
  const { profile, changes, model } = picked.value;
  if (changes.length === 0) {
    context.dialogue.mention(t`The profile ${profile.label} is set already.`);
    return profile.name;
  }
  const detail = [
    ...changes.map(changeText),
    '',
    ...(model === undefined ? [] : [t`A model that fits: ${model}.`]),
    t('These are your own settings for this machine, for all repositories.'),
  ];
  const isWanted = await context.dialogue.confirm(
    t`Apply the profile ${profile.label}?`,
    detail.join('\n'),
    t('Apply'),
  );
  if (!isWanted) {
    return undefined;
  }
  for (const { name, to } of changes) {
    await context.saveSetting(name, to);
  }
  sayApplied(context, profile, changes, model);
  return profile.name;
};

/** Nothing where the models cannot be asked for: a profile needs none of it. */
async function recommendedHere(context: CommandContext) {
  const { settings } = context.settings();
  const listed = await context.dialogue.withProgress(t('Nightshift looks at this machine'), async (signal) =>
    (await modelAsker(context)).request('listModels', { settings }, signal),
  );
  return listed.ok ? listed.value.recommended : [];
}

function sayApplied(
  context: CommandContext,
  { label }: Profile,
  changes: readonly SettingChange[],
  model: string | undefined,
): void {
  const advice = model === undefined ? '' : t` A model that fits: ${model}.`;
  note(context, 'information', t`The profile ${label} is applied, from the next task on.${advice}`, {
    Undo: async () => {
      for (const { name, from } of changes) {
        await context.saveSetting(name, typeof from === 'string' || typeof from === 'number' ? from : undefined);
      }
      context.dialogue.mention(t('The settings are as they were before.'));
    },
    'Select Model…': () => context.window.run('nightshift.selectModel'),
  });
}
