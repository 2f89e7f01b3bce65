import { describe, expect, it } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import { recommendModels } from '../../../../src/core/models/recommendedModels.ts';
import { contextFor, memoryForModel } from '../../../../src/core/models/memoryNeed.ts';
import { applyProfile } from '../../../../src/vscode/start/applyProfile.ts';
import { fittingProfile, profileModel, profiles, profileSettings } from '../../../../src/vscode/start/profiles.ts';
import { MemoryEditor, settled } from '../../../fakes/editor/memoryEditor.ts';
import { settings } from '../manifestFile.ts';

const gib = 1024 ** 3;
const onMachine = (gibibytes: number) =>
  recommendModels({ bytes: gibibytes * gib }).map((model) => ({ ...model, installed: false }));

function editor(gibibytes: number, ...words: string[]): MemoryEditor {
  const made = new MemoryEditor();
  made.host.answers = {
    listModels: () =>
      ok({ models: [], sources: [], machine: { memoryBytes: gibibytes * gib }, recommended: onMachine(gibibytes) }),
  };
  made.words.push(...words);
  return made;
}

describe('profiles', () => {
  it('set only settings that there are, to values that these take; balanced is the defaults', () => {
    const known = new Map(settings);
    for (const { name, settings: values } of profiles) {
      for (const setting of profileSettings) {
        const { enum: choices, default: usual } = known.get(`nightshift.${setting}`) ?? {};
        expect(usual, setting).toBeDefined();
        const value = values[setting];
        expect(value === undefined || (choices ?? [value]).includes(value as string), setting).toBe(true);
        expect(value, `${setting} of ${name}`).not.toBe(usual);
      }
    }
    expect(Object.values(profiles[1]?.settings ?? { none: 1 }).filter((value) => value !== undefined)).toEqual([]);
  });

  it('the window of the weak one is that of a tight memory, that of the strong one twice the usual', () => {
    const tight = contextFor({ facts: { parameters: 14.8e9 } }, undefined, { bytes: 4 * gib });
    const usual = contextFor({}, undefined);
    const windows = profiles.map(({ settings: { contextTokens } }) => contextTokens);
    expect(windows).toEqual([tight, undefined, 2 * usual]);
  });

  it.each([
    [8, 'weak'],
    [16, 'balanced'],
    [64, 'strong'],
  ])('a machine with %d GiB: %s, with a model that its memory holds', (gibibytes, name) => {
    const recommended = onMachine(gibibytes);
    expect(fittingProfile(recommended)).toBe(name);
    const [model = ''] =
      profileModel(profiles.find((profile) => profile.name === name)?.name ?? 'weak', recommended)?.split(' ') ?? [];
    const found = recommended.find((one) => one.name === model);
    expect(found?.needBytes).toBeLessThanOrEqual(memoryForModel({ bytes: gibibytes * gib }));
  });
});

describe('Apply Profile', () => {
  it('shows what would change, changes nothing before a yes, and can be undone', async () => {
    const made = editor(8, 'Weak Machine', 'Weak Machine');
    made.set.set('contextTokens', 20_000);
    expect(await applyProfile(made.context, undefined)).toBeUndefined();
    expect(made.savedSettings).toEqual([]);
    expect(made.details[0]).toContain('contextTokens: 20,000 → 8,192');
    made.agreements.push(true);
    made.buttons.push('Undo');
    expect(await applyProfile(made.context, undefined)).toBe('weak');
    await settled();
    expect(made.notes[0]?.message).toContain('llama3.2:3b');
    expect(Object.fromEntries(made.set)).toEqual({ contextTokens: 20_000 });
    expect(made.savedSettings[0]).toEqual(['contextTokens', 8_192]);
  });

  it('takes everything back with the balanced one', async () => {
    const made = editor(64, 'Strong Machine', 'Balanced');
    made.agreements.push(true, true);
    await applyProfile(made.context, undefined);
    expect(made.set.get('models.parallel')).toBe(4);
    await applyProfile(made.context, undefined);
    expect([...made.set.values()].filter((value) => value !== undefined)).toEqual([]);
  });
});
