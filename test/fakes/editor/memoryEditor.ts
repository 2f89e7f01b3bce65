import { nullLogger } from '../../../src/base/logger.ts';
import type { CommandContext } from '../../../src/vscode/commands/command.ts';
import { TraceAnchors } from '../../../src/vscode/trace/traceAnchors.ts';
import { TaskHosts } from '../../../src/vscode/host/taskHosts.ts';
import type { Choice, Dialogue } from '../../../src/vscode/window/dialogue.ts';
import type { CodePlace, EditorWindow, ShownChange } from '../../../src/vscode/window/editorWindow.ts';
import { MemoryTaskHost } from './memoryTaskHost.ts';

/** A person who answers from lists, and an editor that writes down what it was asked to show. */
export class MemoryEditor {
  readonly host: MemoryTaskHost;
  readonly notes: { readonly kind: string; readonly message: string; readonly buttons: readonly string[] }[] = [];
  readonly confirmations: string[] = [];
  readonly details: string[] = [];
  readonly mentions: string[] = [];
  readonly shown: { readonly title: string; readonly changes: readonly ShownChange[] }[] = [];
  readonly ran: (readonly unknown[])[] = [];
  readonly saved: string[] = [];
  trusted = true;
  folders: readonly string[] = ['/home/me/app'];
  repositories: readonly string[] = ['/home/me/app'];
  code: CodePlace | undefined;
  unsaved: readonly string[] = [];
  savesWork = true;
  review: { readonly title: string; readonly address?: string } | undefined;
  /** Answers to come, in order; none left is a person who turns away. */
  readonly buttons: string[] = [];
  readonly agreements: boolean[] = [];
  readonly words: string[] = [];
  /** The editor's secret storage. */
  readonly secrets = new Map<string, string>();
  readonly context: CommandContext;

  constructor(host = new MemoryTaskHost('/home/me/app')) {
    this.host = host;
    const hosts = new TaskHosts((root) => (root === host.root ? host : new MemoryTaskHost(root)));
    hosts.of(host.root);
    this.context = {
      hosts,
      window: this.window(),
      dialogue: this.dialogue(),
      log: nullLogger,
      anchors: new TraceAnchors({
        get: async (key) => this.secrets.get(key),
        store: async (key, value) => void this.secrets.set(key, value),
      }),
      settings: () => ({ model: 'auto', settings: { limits: { steps: 7 } } }),
      repositoryOf: async (path) => this.repositories.find((root) => path === root || path.startsWith(`${root}/`)),
    };
  }

  private dialogue(): Dialogue {
    return {
      notify: async (kind, message, buttons = []) => {
        this.notes.push({ kind, message, buttons });
        return this.buttons.shift();
      },
      confirm: async (message, detail) => {
        this.confirmations.push(message);
        this.details.push(detail);
        return this.agreements.shift() ?? false;
      },
      ask: async () => this.words.shift(),
      choose: async <T>(_title: string, choices: readonly Choice<T>[]) => {
        const label = this.words.shift();
        return choices.find((choice) => choice.label === label)?.value;
      },
      mention: (message) => void this.mentions.push(message),
      withProgress: (_title, work) => work(new AbortController().signal),
    };
  }

  private window(): EditorWindow {
    return {
      trusted: () => this.trusted,
      folders: () => this.folders,
      activeCode: () => this.code,
      unsaved: (paths) => this.unsaved.filter((path) => paths.includes(path)),
      save: async (paths) => {
        this.saved.push(...paths);
        return this.savesWork;
      },
      showChanges: async (title, changes) => void this.shown.push({ title, changes }),
      showDiff: async (title, change) => void this.shown.push({ title, changes: [change] }),
      showFile: async (path) => void this.shown.push({ title: path, changes: [] }),
      showLog: () => void this.ran.push(['log']),
      activeReview: () => this.review,
      run: async (...call) => void this.ran.push(call),
      openLink: async (url) => void this.ran.push(['link', url]),
    };
  }
}

/** Lets notes that nobody waits for be answered. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
