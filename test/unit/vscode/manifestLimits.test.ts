// What the package may not do: proposed API, settings of a workspace, files that are not listed.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readDelegationSettings } from '../../../src/vscode/settings/delegationSettings.ts';
import { hostVariables } from '../../../src/vscode/settings/hostVariables.ts';
import { readMemorySettings } from '../../../src/vscode/settings/memorySettings.ts';
import { readUserSettings } from '../../../src/vscode/settings/userSettings.ts';
import { contributes, manifest, rawManifest as raw, root, settings } from './manifestFile.ts';

/** Points and menus that VS Code 1.138 opens to every extension; whatever is not listed is either proposed or not looked at. */
const stablePoints = [
  'commands',
  'menus',
  'viewsContainers',
  'views',
  'viewsWelcome',
  'walkthroughs',
  'configuration',
  'keybindings',
  'languageModelTools',
  'chatParticipants',
  'mcpServerDefinitionProviders',
];
const stableMenus = [
  'comments/comment/title',
  'comments/commentThread/context',
  'comments/commentThread/title',
  'commandPalette',
  'editor/context',
  'editor/lineNumber/context',
  'editor/title',
  'editor/title/context',
  'explorer/context',
  'scm/change/title',
  'scm/resourceFolder/context',
  'scm/resourceGroup/context',
  'scm/resourceState/context',
  'scm/title',
  'terminal/context',
  'testing/item/context',
  'testing/item/result',
  'testing/message/content',
  'testing/message/context',
  'timeline/item/context',
  'view/title',
  'view/item/context',
];

describe('only stable API', () => {
  test('no proposed API is asked for', () => {
    expect(raw).not.toHaveProperty('enabledApiProposals');
  });

  test('no contribution point or menu beyond the stable ones is used', () => {
    const points = z.object({ contributes: z.record(z.string(), z.unknown()) }).parse(raw).contributes;
    expect(Object.keys(points).filter((point) => !stablePoints.includes(point))).toEqual([]);
    expect(Object.keys(contributes.menus).filter((menu) => !stableMenus.includes(menu))).toEqual([]);
  });

  test('the API that is compiled against is not newer than the oldest editor that is supported', () => {
    expect(manifest.engines.vscode).toBe(`^${manifest.devDependencies['@types/vscode']}`);
  });
});

describe('a workspace cannot set anything', () => {
  test('every setting belongs to the machine', () => {
    expect(settings.filter(([, { scope }]) => scope !== 'machine').map(([name]) => name)).toEqual([]);
  });

  test('every setting is restricted in folders that are not trusted', () => {
    expect([...manifest.capabilities.untrustedWorkspaces.restrictedConfigurations].sort()).toEqual(
      settings.map(([name]) => name).sort(),
    );
  });

  test('every setting is read, and its default means the same as not set', () => {
    const asked = new Set<string>();
    readUserSettings((name) => void asked.add(name));
    hostVariables((name) => void asked.add(name));
    readMemorySettings((name) => void asked.add(name));
    readDelegationSettings((name) => void asked.add(name));
    expect(settings.map(([name]) => name.replace('nightshift.', '')).sort()).toEqual([...asked].sort());
    const defaults = new Map(settings.map(([name, value]) => [name.replace('nightshift.', ''), value.default]));
    expect(readUserSettings((name) => defaults.get(name))).toEqual({
      model: 'auto',
      settings: {
        requireGvisor: false,
        plan: 'auto',
        recall: 'auto',
        limits: { newTokens: 50_000, steps: 40, seconds: 1_800 },
      },
    });
    expect(hostVariables((name) => defaults.get(name))).toEqual({});
    expect(readDelegationSettings((name) => defaults.get(name))).toEqual({ showContext: false });
    expect(readMemorySettings((name) => defaults.get(name))).toEqual(readMemorySettings(() => undefined));
  });
});

describe('package', () => {
  test('icons exist and the extension runs where the files are', () => {
    const icons = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...Object.values(contributes.views).flatMap((views) => views.map(({ icon }) => icon)),
    ].filter((icon) => !/^\$\([a-z-]+\)$/.test(icon));
    expect(icons.filter((icon) => !existsSync(resolve(root, icon)))).toEqual([]);
    expect(manifest.icon).toMatch(/\.png$/);
    expect(manifest.extensionKind).toEqual(['workspace']);
    expect(manifest.main).toBe('./dist/extension.cjs');
  });

  test('nothing is in the package but what is listed', () => {
    const rules = readFileSync(resolve(root, '.vscodeignore'), 'utf8')
      .split('\n')
      .filter((line) => /^[^#]/.test(line));
    expect(rules[0]).toBe('**');
    expect(rules.slice(1).every((rule) => rule.startsWith('!'))).toBe(true);
    expect(rules).toContain(`!${manifest.icon}`);
    expect(rules).toContain('!dist/agentHost.cjs');
    expect(rules).toContain('!dist/graphPage.js');
    expect(rules).toContain('!dist/taskPage.js');
    expect(rules).toContain('!dist/shared-*.cjs');
  });
});
