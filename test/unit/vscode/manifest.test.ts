import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { commandTable, internalCommands } from '../../../src/vscode/commands/commandTable.ts';
import { hostVariables } from '../../../src/vscode/settings/hostVariables.ts';
import { readUserSettings } from '../../../src/vscode/settings/userSettings.ts';

const root = resolve(import.meta.dirname, '../../..');
const menuItem = z.object({ command: z.string(), when: z.string().optional(), group: z.string().optional() });
const manifestSchema = z.object({
  main: z.string(),
  icon: z.string(),
  engines: z.object({ vscode: z.string() }),
  devDependencies: z.record(z.string(), z.string()),
  extensionKind: z.array(z.string()),
  activationEvents: z.array(z.string()),
  capabilities: z.object({
    untrustedWorkspaces: z.object({ supported: z.literal('limited'), restrictedConfigurations: z.array(z.string()) }),
    virtualWorkspaces: z.object({ supported: z.literal(false), description: z.string() }),
  }),
  contributes: z.object({
    commands: z.array(z.object({ command: z.string(), title: z.string(), category: z.string() })),
    menus: z.record(z.string(), z.array(menuItem)),
    views: z.record(z.string(), z.array(z.object({ id: z.string(), icon: z.string() }))),
    viewsContainers: z.object({ activitybar: z.array(z.object({ id: z.string(), icon: z.string() })) }),
    viewsWelcome: z.array(z.object({ view: z.string(), contents: z.string(), when: z.string() })),
    configuration: z.object({
      properties: z.record(z.string(), z.object({ scope: z.string(), default: z.unknown() })),
    }),
  }),
});
const raw: unknown = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));
const manifest = manifestSchema.parse(raw);
const { contributes } = manifest;
const declared = contributes.commands.map(({ command }) => command);
const items = Object.entries(contributes.menus).flatMap(([menu, entries]) =>
  entries.map((item) => ({ menu, ...item })),
);

/** Points and menus that VS Code 1.138 opens to every extension; whatever is not listed is either proposed or not looked at. */
const stablePoints = ['commands', 'menus', 'viewsContainers', 'views', 'viewsWelcome', 'configuration'];
const stableMenus = ['commandPalette', 'editor/context', 'editor/title', 'view/title', 'view/item/context'];

describe('commands, table and menus agree', () => {
  test('the table holds exactly what package.json declares and what only our own code calls', () => {
    expect(Object.keys(commandTable).sort()).toEqual([...declared, ...internalCommands].sort());
  });

  test('every menu item is a declared command', () => {
    expect(items.map(({ command }) => command).filter((command) => !declared.includes(command))).toEqual([]);
  });

  test('commands that need a row or an editor are kept out of the palette', () => {
    const hidden = items.filter(({ menu, when }) => menu === 'commandPalette' && when === 'false');
    expect(hidden.map(({ command }) => command).sort()).toEqual([
      'nightshift.acceptFile',
      'nightshift.delegateFromEditor',
      'nightshift.openFileDiff',
    ]);
  });

  test('links in welcome texts are declared commands or the editor’s own', () => {
    const links = contributes.viewsWelcome.flatMap(({ contents }) => [...contents.matchAll(/command:([\w.]+)/g)]);
    const ours = links.map(([, command = '']) => command).filter((command) => command.startsWith('nightshift.'));
    expect(links.length).toBeGreaterThan(3);
    expect(ours.filter((command) => !declared.includes(command))).toEqual([]);
  });

  test('titles say the job in words of the interface', () => {
    expect(contributes.commands.find(({ command }) => command === 'nightshift.delegate')?.title).toBe(
      'Delegate to Background Agent',
    );
    expect(new Set(contributes.commands.map(({ category }) => category))).toEqual(new Set(['Nightshift']));
  });
});

describe('what a row of a task offers', () => {
  /** Commands whose `when` on the row's context holds; the test of `view` is the same for all of them. */
  function offered(context: string): readonly string[] {
    const fits = ({ when = '' }: { readonly when?: string | undefined }): boolean => {
      const [, pattern] = /viewItem =~ \/(.+)\/$/.exec(when) ?? [];
      return pattern !== undefined && new RegExp(pattern).test(context);
    };
    const names = (contributes.menus['view/item/context'] ?? []).filter(fits).map(({ command }) => command);
    return [...new Set(names)].map((name) => name.replace('nightshift.', '')).sort();
  }
  const always = ['openTrace', 'verifyTrace'];

  test.each([
    ['task.ready.changes', ['acceptTask', 'approveEnvironment', 'discardTask', 'reviewTask']],
    ['task.failed.changes', ['discardTask', 'resumeTask', 'reviewTask']],
    ['task.failed', ['discardTask', 'resumeTask']],
    ['task.waiting', ['cancelTask', 'resumeTask']],
    ['task.discarded.changes', ['reviewTask']],
    ['task.discarded', []],
    ['task.applied.changes', ['reviewTask']],
    ['task.working', ['cancelTask']],
    ['task.verifying.changes', ['cancelTask', 'reviewTask']],
  ])('%s: %j', (context, commands) => {
    expect(offered(context)).toEqual([...commands, ...always].sort());
  });

  test('our buttons in the title of a diff stand together, before the editor’s own', () => {
    const groups = (contributes.menus['editor/title'] ?? []).map(({ group }) => group);
    expect(groups).toEqual(['navigation@-3', 'navigation@-2', 'navigation@-1']);
  });
});

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
  const settings = Object.entries(contributes.configuration.properties);

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
    expect(settings.map(([name]) => name.replace('nightshift.', '')).sort()).toEqual([...asked].sort());
    const defaults = new Map(settings.map(([name, value]) => [name.replace('nightshift.', ''), value.default]));
    expect(readUserSettings((name) => defaults.get(name))).toEqual({
      model: 'auto',
      settings: { requireGvisor: false, limits: { newTokens: 50_000, steps: 40, seconds: 1_800 } },
    });
    expect(hostVariables((name) => defaults.get(name))).toEqual({});
  });
});

describe('package', () => {
  test('icons exist and the extension runs where the files are', () => {
    const icons = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...Object.values(contributes.views).flatMap((views) => views.map(({ icon }) => icon)),
    ];
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
  });
});
