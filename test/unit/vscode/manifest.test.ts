import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { memoryKinds } from '../../../src/protocol/memory.ts';
import { commandTable, internalCommands } from '../../../src/vscode/commands/commandTable.ts';
import { contextKeys } from '../../../src/vscode/window/contextKeys.ts';
import { contributes, root, settings } from './manifestFile.ts';

/** Files below a folder with their texts. */
const sourcesOf = (folder: string): readonly (readonly [path: string, text: string])[] =>
  readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => [path, readFileSync(resolve(root, folder, path), 'utf8')]);
const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
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
    const texts = [
      ...contributes.viewsWelcome.map(({ contents }) => contents),
      ...steps.map(({ description }) => description),
    ];
    const links = texts.flatMap((text) => [...text.matchAll(/command:([\w.]+)/g)]);
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
    ...steps.flatMap(({ completionEvents }) => completionEvents.map((event) => event.replace(/^onContext:/, ''))),
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
      'nightshift.applyProfile',
      'nightshift.cleanUp',
      'nightshift.delegate',
      'nightshift.doctor',
      'nightshift.getStarted',
      'nightshift.refreshTasks',
      'nightshift.selectModel',
      'nightshift.setModelKey',
      'nightshift.showLog',
      'nightshift.showTasks',
      'nightshift.trySample',
    ]);
  });
});

describe('the walkthrough', () => {
  test('is what the command opens', () => {
    expect(contributes.walkthroughs.map(({ id }) => id)).toEqual(['nightshift.start']);
    const [, source = ''] = sourcesOf('src/vscode/start').find(([path]) => path === 'getStarted.ts') ?? [];
    expect(source).toContain("'nightshift-dev.nightshift#nightshift.start'");
  });

  test('a step is done when its state is known, and never by a click', () => {
    expect(steps.map(({ id }) => id)).toEqual(['engine', 'runtime', 'model', 'sample', 'review', 'memory']);
    for (const { completionEvents } of steps) {
      const [even = '', odd] = completionEvents;
      expect(even).toMatch(/^onContext:nightshift\..+ && nightshift\.blink == even$/);
      // The editor passes over what holds already when it reads the walkthrough.
      expect(odd).toBe(even.replace(/even$/, 'odd'));
    }
  });

  test.each(steps.map(({ id, media }) => [id, media] as const))(
    '%s: its picture has the theme’s colours',
    (_, media) => {
      const picture = readFileSync(resolve(root, media.svg), 'utf8');
      expect(media.altText).toMatch(/^[A-Z].*\.$/);
      expect(picture).toContain('var(--vscode-');
      // A colour of our own only where a theme has none.
      expect(picture.replaceAll(/, #[0-9a-f]{6}\)/g, '')).not.toMatch(/#[0-9a-f]{3,6}/i);
      expect(readFileSync(resolve(root, '.vscodeignore'), 'utf8').split('\n')).toContain('!media/walkthrough/**');
    },
  );
});

describe('welcome texts', () => {
  /** Which of them an empty Tasks view shows, by what is there. */
  function shown(facts: Readonly<Record<string, string | number | boolean>>): readonly string[] {
    const holds = (condition: string): boolean =>
      condition.split('&&').every((part) => {
        const [, not, key = '', operator, value] = /^\s*(!?)([\w.]+)(?:\s*(==|!=|>)\s*(\w+))?\s*$/.exec(part) ?? [];
        const fact = facts[key];
        if (operator === undefined) {
          return Boolean(fact) !== (not === '!');
        }
        return operator === '>' ? Number(fact) > Number(value) : (String(fact) === value) === (operator === '==');
      });
    const ours = contributes.viewsWelcome.filter(({ view, when }) => view === 'nightshift.tasks' && holds(when));
    return ours.map(({ contents }) => /^\[([^\]]+)\]\(command:/m.exec(contents)?.[1] ?? 'no button');
  }
  const ready = {
    workspaceFolderCount: 1,
    isWorkspaceTrusted: true,
    'nightshift.git': 'ready',
    'nightshift.engine': 'ready',
    'nightshift.model': 'ready',
    'nightshift.repository': 'present',
  };

  test.each([
    ['nothing missing', {}, 'Delegate to Background Agent'],
    [
      'nobody looked yet',
      { 'nightshift.git': '', 'nightshift.engine': '', 'nightshift.model': '' },
      'Delegate to Background Agent',
    ],
    ['no folder', { workspaceFolderCount: 0 }, 'Open Folder'],
    ['no folder and no engine', { workspaceFolderCount: 0, 'nightshift.engine': 'missing' }, 'Get Started'],
    ['Restricted Mode', { isWorkspaceTrusted: false }, 'Manage Workspace Trust'],
    ['no Git', { 'nightshift.git': 'missing', 'nightshift.repository': 'none' }, 'Check This Machine'],
    ['no repository', { 'nightshift.repository': 'none' }, 'Initialize Repository'],
    ['no engine', { 'nightshift.engine': 'missing', 'nightshift.model': 'missing' }, 'Check This Machine'],
    ['no model', { 'nightshift.model': 'missing' }, 'Select Model…'],
    [
      'the sample, also without a model',
      { 'nightshift.sample': true, 'nightshift.model': 'missing' },
      'Delegate the Failing Test',
    ],
  ])('%s: one text, whose one button leads out', (_, facts, button) => {
    expect(shown({ ...ready, ...facts })).toEqual([button]);
  });
});

describe('settings', () => {
  test('stand in groups of the same order as their numbers', () => {
    expect(contributes.configuration.map(({ title }) => title)).toEqual([
      'Tasks',
      'Models',
      'Sandbox',
      'Memory',
      'Traces',
    ]);
    for (const { properties } of contributes.configuration) {
      const orders = Object.values(properties).map(({ order }) => order);
      expect(orders).toEqual(orders.map((__, index) => index + 1));
    }
  });

  test('say of every choice what it does, and name only settings, commands and guides that there are', () => {
    const titles = contributes.commands.map(({ title }) => title);
    for (const [, { markdownDescription, enum: choices = [], enumDescriptions = [] }] of settings) {
      expect(enumDescriptions).toHaveLength(choices.length);
      const links = [...markdownDescription.matchAll(/`#([\w.]+)#`/g)].map(([, name]) => name);
      expect(links.filter((name) => !settings.some(([known]) => known === name))).toEqual([]);
      const commands = [...markdownDescription.matchAll(/\*Nightshift: ([^*]+)\*/g)].map(([, title = '']) => title);
      expect(commands.filter((title) => !titles.includes(title))).toEqual([]);
      const guides = [...markdownDescription.matchAll(/main\/(docs\/[\w/]+\.md)/g)].map(([, path = '']) => path);
      expect(guides.filter((path) => !existsSync(resolve(root, path)))).toEqual([]);
    }
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
  const withFiles = (context: string): string[] => (context.startsWith('task.discarded') ? [] : ['openTerminal']);

  test.each([
    [
      'task.ready.changes',
      ['acceptTask', 'acceptTaskAs', 'approveEnvironment', 'discardTask', 'reviewTask', 'sayToAgent', 'takeOver'],
    ],
    ['task.failed.changes', ['archiveTask', 'discardTask', 'resumeTask', 'reviewTask', 'sayToAgent', 'takeOver']],
    ['task.failed', ['archiveTask', 'discardTask', 'resumeTask', 'sayToAgent', 'takeOver']],
    ['task.waiting.asks', ['answerQuestion', 'cancelTask', 'resumeTask', 'sayToAgent', 'takeOver']],
    [
      'task.waiting.asks.changes',
      ['answerQuestion', 'cancelTask', 'resumeTask', 'reviewTask', 'sayToAgent', 'takeOver'],
    ],
    ['task.waiting', ['cancelTask', 'resumeTask', 'sayToAgent', 'takeOver']],
    ['task.discarded.changes', ['archiveTask', 'reviewTask']],
    ['task.discarded', ['archiveTask']],
    ['task.applied.changes', ['archiveTask', 'reviewTask', 'undoAccept']],
    ['task.archived.applied.changes', ['restoreTask', 'reviewTask']],
    ['task.archived.failed', ['restoreTask']],
    ['task.working', ['cancelTask', 'pauseTask', 'sayToAgent', 'takeOver']],
    ['task.verifying.changes', ['cancelTask', 'pauseTask', 'reviewTask', 'sayToAgent', 'takeOver']],
  ])('%s: %j', (context, commands) => {
    expect(offered(context)).toEqual([...commands, ...always, ...withFiles(context)].sort());
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
