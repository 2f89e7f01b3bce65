import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { memoryKinds } from '../../../src/protocol/memory.ts';
import { commandTable, internalCommands } from '../../../src/vscode/commands/commandTable.ts';
import { contextKeys } from '../../../src/vscode/window/contextKeys.ts';
import { contributes, root } from './manifestFile.ts';

/** Files below a folder with their texts. */
const sourcesOf = (folder: string): readonly (readonly [path: string, text: string])[] =>
  readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => [path, readFileSync(resolve(root, folder, path), 'utf8')]);
const declared = contributes.commands.map(({ command }) => command);
const items = Object.entries(contributes.menus).flatMap(([menu, entries]) =>
  entries.map((item) => ({ menu, ...item })),
);

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
      'nightshift.addComment',
      'nightshift.delegateChanges',
      'nightshift.delegateFile',
      'nightshift.delegateFromEditor',
      'nightshift.delegateLine',
      'nightshift.delegateTerminalSelection',
      'nightshift.delegateTest',
      'nightshift.delegateTimelineCommit',
      'nightshift.forgetEpisode',
      'nightshift.openEpisode',
      'nightshift.openFileDiff',
      'nightshift.removeComment',
      'nightshift.reopenComment',
      'nightshift.resolveComment',
      'nightshift.restoreFile',
      'nightshift.reviewFile',
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

describe('conditions', () => {
  /** Keys of the editor that ours are combined with. */
  const editorKeys = [
    'comment',
    'commentController',
    'commentThread',
    'editorHasSelection',
    'editorIsOpen',
    'editorTextFocus',
    'explorerResourceIsFolder',
    'isMergeEditor',
    'isWorkspaceTrusted',
    'listMultiSelection',
    'originalResourceScheme',
    'peekItemType',
    'remoteName',
    'resourceScheme',
    'scmProvider',
    'terminalTextSelected',
    'timelineItem',
    'view',
    'viewItem',
    'workspaceFolderCount',
  ];
  const conditions = [
    ...items.map(({ when = '' }) => when),
    ...contributes.commands.map(({ enablement = '' }) => enablement),
    ...contributes.keybindings.map(({ when }) => when),
    ...contributes.viewsWelcome.map(({ when }) => when),
  ];
  /** The left sides of a condition: what is asked, without the values it is compared with. */
  const keysOf = (condition: string): readonly string[] =>
    condition
      .split(/&&|\|\|/)
      .map((part) => /^[\s!(]*([\w.]+)/.exec(part)?.[1] ?? '')
      .filter((key) => key !== '' && key !== 'false');

  test('ask for what the editor knows or the extension tells it, and all that it tells is asked for', () => {
    const asked = new Set(conditions.flatMap(keysOf));
    const ours = Object.keys(contextKeys).map((name) => `nightshift.${name}`);
    expect([...asked].filter((key) => !editorKeys.includes(key) && !ours.includes(key))).toEqual([]);
    expect(ours.filter((key) => !asked.has(key))).toEqual([]);
  });

  test('every key of ours is told in one way', () => {
    const direct = sourcesOf('src/vscode').filter(
      ([path, source]) => source.includes("'setContext'") && !path.endsWith('contextKey.ts'),
    );
    expect(direct.map(([path]) => path)).toEqual([]);
  });

  test('the palette offers only what can be done now', () => {
    const conditional = new Set([
      ...items
        .filter(({ menu, when }) => menu === 'commandPalette' && when !== undefined)
        .map(({ command }) => command),
      ...contributes.commands.filter(({ enablement }) => enablement !== undefined).map(({ command }) => command),
    ]);
    // They say what is missing, or need nothing.
    expect(declared.filter((command) => !conditional.has(command)).sort()).toEqual([
      'nightshift.cleanUp',
      'nightshift.delegate',
      'nightshift.doctor',
      'nightshift.refreshTasks',
      'nightshift.setModelKey',
      'nightshift.showLog',
      'nightshift.showTasks',
    ]);
  });
});

describe('icons', () => {
  test('every button has one, of the editor’s own', () => {
    const buttons = items.filter(
      ({ menu, group = '' }) =>
        /^(view|editor|scm\/change|comments\/\w+)\/title$|^view\/item\/context$/.test(menu) &&
        /^(navigation|inline)/.test(group),
    );
    const icons = new Map(contributes.commands.map(({ command, icon }) => [command, icon ?? '']));
    expect(buttons.length).toBeGreaterThan(20);
    expect(buttons.filter(({ command }) => !/^\$\([a-z-]+\)$/.test(icons.get(command) ?? ''))).toEqual([]);
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
  const always = ['openTaskPage', 'openTrace', 'verifyTrace'];

  test.each([
    [
      'task.ready.changes',
      ['acceptTask', 'acceptTaskAs', 'approveEnvironment', 'discardTask', 'reviewTask', 'sayToAgent'],
    ],
    ['task.failed.changes', ['discardTask', 'resumeTask', 'reviewTask', 'sayToAgent']],
    ['task.failed', ['discardTask', 'resumeTask', 'sayToAgent']],
    ['task.waiting.asks', ['answerQuestion', 'cancelTask', 'resumeTask', 'sayToAgent']],
    ['task.waiting.asks.changes', ['answerQuestion', 'cancelTask', 'resumeTask', 'reviewTask', 'sayToAgent']],
    ['task.waiting', ['cancelTask', 'resumeTask', 'sayToAgent']],
    ['task.discarded.changes', ['reviewTask']],
    ['task.discarded', []],
    ['task.applied.changes', ['reviewTask', 'undoAccept']],
    ['task.working', ['cancelTask', 'pauseTask', 'sayToAgent']],
    ['task.verifying.changes', ['cancelTask', 'pauseTask', 'reviewTask', 'sayToAgent']],
  ])('%s: %j', (context, commands) => {
    expect(offered(context)).toEqual([...commands, ...always].sort());
  });

  test('our buttons in the title of a diff stand together, before the editor’s own', () => {
    const ofDiffs = (contributes.menus['editor/title'] ?? []).filter(
      ({ when }) => when?.includes('isMergeEditor') !== true,
    );
    const all = ofDiffs.map(({ group }) => group);
    const groups = all.filter((group) => group?.startsWith('navigation') === true);
    expect(groups).toEqual(['navigation@-4', 'navigation@-3', 'navigation@-2', 'navigation@-1']);
  });
});

describe('the tool for language models', () => {
  test('offers exactly the kinds that the memory knows', () => {
    const tool = contributes.languageModelTools.find(({ name }) => name === 'nightshift_recall');
    expect(tool?.inputSchema.required).toEqual(['query']);
    expect(tool?.inputSchema.properties['kinds']?.items?.['enum']).toEqual([...memoryKinds]);
  });
});

describe('pictures of the tab of the graph', () => {
  test.each(['graphLight.svg', 'graphDark.svg'])('%s has a colour of its own and is in the package', (name) => {
    const panel = readFileSync(resolve(root, 'src/vscode/memory/graph/graphPanel.ts'), 'utf8');
    expect(panel).toContain(`'${name}'`);
    expect(readFileSync(resolve(root, 'media', name), 'utf8')).toMatch(/stroke="#[0-9a-f]{6}"/);
    expect(readFileSync(resolve(root, '.vscodeignore'), 'utf8').split('\n')).toContain(`!media/${name}`);
  });
});

describe('what a row of the memory offers', () => {
  test.each([
    ['memory.episode', true],
    ['memory.episode.stale', true],
    ['memory.episodes', false],
    ['memory.problem', false],
    ['memory.root.pausable', 'pauseMemory'],
    ['memory.root.resumable', 'resumeMemory'],
    ['memory.status.ready.pausable', 'pauseMemory'],
    ['memory.status.paused.resumable', 'resumeMemory'],
  ])('%s: forget and open, or %s', (context, offered) => {
    const ours = (contributes.menus['view/item/context'] ?? []).filter(({ when = '' }) =>
      /nightshift\.memory/.test(when),
    );
    const fits = ours.filter(({ when = '' }) => {
      const [, pattern] = /viewItem =~ \/(.+)\/$/.exec(when) ?? [];
      return pattern !== undefined && new RegExp(pattern).test(context);
    });
    expect(new Set(fits.map(({ command }) => command))).toEqual(
      new Set(
        typeof offered === 'string'
          ? [`nightshift.${offered}`]
          : offered
            ? ['nightshift.openEpisode', 'nightshift.forgetEpisode']
            : [],
      ),
    );
  });
});
