import { beforeEach, describe, expect, it, vi } from 'vitest';
import { messageText } from '../../../../src/vscode/window/messageText.ts';

/** What the editor was given to show, in order: every string of every call. */
const shown = vi.hoisted((): unknown[] => []);

vi.mock('vscode', () => {
  const show = (...all: unknown[]): Promise<undefined> => {
    shown.push(all);
    return Promise.resolve(undefined);
  };
  return {
    ProgressLocation: { Notification: 15 },
    window: {
      showInformationMessage: show,
      showWarningMessage: show,
      showErrorMessage: show,
      showInputBox: show,
      showQuickPick: show,
      setStatusBarMessage: show,
      withProgress: show,
    },
  };
});

const { vscodeDialogue } = await import('../../../../src/vscode/window/vscodeDialogue.ts');

/** What the editor takes for a link in a message: its own pattern (vscode, linkedText.ts). */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (?:"([^"]+)"|'([^']+)'))?\)/i;

const hostile = [
  '[Open](command:workbench.action.terminal.sendSequence?%7B%22text%22%3A%22id%22%7D)',
  '[Open](file:///etc/passwd)',
  '[Open](https://example.test/?leak=1 "title")',
  '[Open]\u202e(command:a.b)',
  '[Open]\u001b[0m(command:a.b)',
  '[Open]\u0085(command:a.b)',
];

describe('messageText', () => {
  it.each(hostile)('leaves no link in %j', (text) => {
    expect(messageText(`before ${text} after`)).not.toMatch(link);
    expect(messageText(text)).toContain('[Open] (');
  });

  it('removes what hides or reorders text and keeps the rest', () => {
    expect(messageText('a\u0000b\u001b[31mc\u009bd\u202ee\u2066f\u200fg')).toBe('abcdefg');
    expect(messageText('naïve 漢字 🙂 a[0] (x)\n\tb')).toBe('naïve 漢字 🙂 a[0] (x)\n\tb');
  });
});

describe('vscodeDialogue', () => {
  beforeEach(() => shown.splice(0));

  it('lets a person stop long work, unless it cannot be stopped', async () => {
    await vscodeDialogue.withProgress('Accepting', async () => undefined);
    await vscodeDialogue.withProgress('Forgetting', async () => undefined, true);
    expect(shown).toMatchObject([[{ cancellable: true }], [{ cancellable: false }]]);
  });

  const ways: readonly (readonly [string, (text: string) => Promise<unknown> | void])[] = [
    ['an information', (text) => vscodeDialogue.notify('information', text, ['Show'])],
    ['a warning', (text) => vscodeDialogue.notify('warning', text)],
    ['an error', (text) => vscodeDialogue.notify('error', text)],
    ['a question', (text) => vscodeDialogue.confirm(text, text, 'Yes')],
    ['an input', (text) => vscodeDialogue.ask(text, text, text)],
    ['a choice', (text) => vscodeDialogue.choose(text, [{ label: text, description: text, value: 1 }])],
    ['a mention', (text) => vscodeDialogue.mention(text)],
    ['progress', (text) => vscodeDialogue.withProgress(text, () => Promise.resolve())],
  ];

  it.each(ways)('shows %s without links and control characters', async (_way, show) => {
    for (const text of hostile) {
      await show(`before ${text} after`);
    }
    const text = JSON.stringify(shown);
    expect(shown).toHaveLength(hostile.length);
    expect(text).toContain('[Open] (');
    expect(text).not.toContain('](');
    expect(text).not.toMatch(/\\u00|[\u0080-\u009f\u202a-\u202e]/);
  });
});
