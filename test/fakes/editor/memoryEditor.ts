import { ok } from '../../../src/base/result.ts';
import { nullLogger } from '../../../src/base/logger.ts';
import type { CommandContext } from '../../../src/vscode/commands/command.ts';
import type { CommentDraft } from '../../../src/vscode/review/comments/commentDrafts.ts';
import type { ReviewConversation } from '../../../src/vscode/review/comments/reviewConversation.ts';
import type { FileToMerge } from '../../../src/vscode/review/mergeEditors.ts';
import { StoredModelKeys } from '../../../src/vscode/settings/storedModelKeys.ts';
import { TaskFilter } from '../../../src/vscode/tasks/taskFilter.ts';
import { TraceAnchors } from '../../../src/vscode/trace/traceAnchors.ts';
import { TaskHosts } from '../../../src/vscode/host/taskHosts.ts';
import type {
  Choice,
  ComposeBox,
  Dialogue,
  PickGroup,
  PickItem,
  SearchList,
} from '../../../src/vscode/window/dialogue.ts';
import type { MemorySettings } from '../../../src/vscode/settings/memorySettings.ts';
import type { FailedCommand } from '../../../src/vscode/terminal/terminals.ts';
import type {
  CodePlace,
  EditorWindow,
  ShownChange,
  ShownPlace,
  TextPart,
} from '../../../src/vscode/window/editorWindow.ts';
import type { CodeCommit, CodeSymbol } from '../../../src/vscode/window/workspaceCode.ts';
import { ModelConsent } from '../../../src/vscode/models/modelConsent.ts';
import type { SandboxTerminal } from '../../../src/vscode/terminal/sandboxTerminal.ts';
import { memory } from './memory.ts';
import { MemoryModels } from './memoryModels.ts';
import { MemoryTaskHost } from './memoryTaskHost.ts';

interface BoxStep {
  readonly text?: string;
  readonly press?: string;
  /** Of that row, instead of the row. */
  readonly button?: string;
}

/** A person who answers from lists, and an editor that writes down what it was asked to show. */
export class MemoryEditor {
  readonly host: MemoryTaskHost;
  readonly notes: { readonly kind: string; readonly message: string; readonly buttons: readonly string[] }[] = [];
  /** What was offered to be checked, what the person checks each time, and what is opened meanwhile, by label. */
  readonly checks: (readonly { readonly label: string; readonly description: string; readonly checked: boolean }[])[] =
    [];
  readonly checked: (readonly string[] | undefined)[] = [];
  opening: readonly string[] = [];
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
  /** Text of files by path, and what language extensions know of them. */
  readonly files = new Map<string, string>();
  /** What is not committed of a file by path, and what a commit changed by hash. */
  readonly patches = new Map<string, string>();
  symbols: readonly CodeSymbol[] = [];
  commits: readonly CodeCommit[] = [];
  terminalSelection = '';
  failedCommand: FailedCommand | undefined;
  /** What the person does in each box: types, then presses the first row or the one of this label. None left: what `words` has, and Enter. */
  readonly composing: BoxStep[] = [];
  /** Rows of a box before each press. */
  readonly boxes: { readonly text: string; readonly rows: readonly string[] }[] = [];
  unsaved: readonly string[] = [];
  savesWork = true;
  review: { readonly title: string; readonly address?: string } | undefined;
  cursor: ReturnType<EditorWindow['reviewCursor']>;
  readonly moves: (readonly [address: string, line: number])[] = [];
  /** Answers to come, in order; none left is a person who turns away. */
  readonly buttons: string[] = [];
  readonly agreements: boolean[] = [];
  readonly words: string[] = [];
  /** Addresses of model servers in the settings. */
  servers: { readonly openaiBaseUrl?: string } = {};
  settings: ReturnType<CommandContext['settings']> = { model: 'auto', settings: { limits: { steps: 7 } } };
  readonly savedSettings: (readonly [string, string | number | undefined])[] = [];
  /** What the person set, by name. */
  readonly set = new Map<string, unknown>();
  /** Folders that were opened, and whether in a new window. */
  readonly opened: (readonly [string, boolean])[] = [];
  readonly sample = { project: '/ext/media/demo/project', recording: '/ext/media/demo/replay.json', home: '/state' };
  /** What the person types into each search, which row it goes to, and whether it turns away there; nothing typed keeps the text. */
  readonly typed: {
    readonly text?: string;
    readonly choose?: string;
    readonly button?: string;
    readonly escape?: boolean;
  }[] = [];
  readonly searches: {
    readonly title: string;
    readonly text: string;
    readonly rows: readonly string[][];
    readonly early: boolean;
  }[] = [];
  readonly texts: (readonly [title: string, text: string])[] = [];
  readonly places: { readonly how: string; readonly place?: ShownPlace }[] = [];
  /** Absolute paths of files that are not there. */
  gone: readonly string[] = [];
  name: string | undefined;
  showContext = false;
  /** What was to be replaced, and what comes of it. */
  readonly replaced: (readonly [root: string, parts: readonly TextPart[]])[] = [];
  replacing: Awaited<ReturnType<EditorWindow['replace']>> = 'replaced';
  memorySettings: MemorySettings = { enabled: true, embedding: { by: 'none' }, exclude: [] };
  readonly terminals: { readonly name: string; readonly terminal: SandboxTerminal }[] = [];
  readonly taskPages: (readonly [root: string, task: string, preserveFocus: boolean])[] = [];
  readonly graphs: (readonly [root: string, entity: string])[] = [];
  /** Groups and rows of each list that was shown; answered by the label of a row, with `#name` for one of its buttons. */
  readonly picks: unknown[] = [];
  readonly progress: (readonly [string, string, number | undefined])[] = [];
  /** Aborted by a person who stops what is shown with its progress. */
  readonly stop = new AbortController();
  /** The editor's secret storage. */
  readonly secrets = new Map<string, string>();
  /** Its language models. */
  readonly models = new MemoryModels();
  readonly consent = new ModelConsent(memory());
  /** Comments that were written and not sent, and the one that a thread stands for. */
  drafts: readonly CommentDraft[] = [];
  /** What was to be merged, and what the person makes of each; none left is one who closes the merge. */
  readonly merges: FileToMerge[] = [];
  readonly merged: string[] = [];
  sentComment: ReturnType<ReviewConversation['sentComment']>;
  /** What the doctor finds, time after time, and the folders that it was given. */
  readonly checkUps: Awaited<ReturnType<CommandContext['checkUp']>>[] = [];
  readonly checkedUp: (string | undefined)[] = [];
  /** Kinds of tasks that the list is narrowed to. */
  filteredKinds: readonly string[] = [];
  readonly context: CommandContext;

  constructor(host = new MemoryTaskHost('/home/me/app')) {
    this.host = host;
    const hosts = new TaskHosts((root) => (root === host.root ? host : new MemoryTaskHost(root)));
    hosts.of(host.root);
    this.context = {
      hosts,
      window: this.window(),
      dialogue: this.dialogue(),
      code: {
        at: async (path, line) => {
          const lines = this.files.get(path)?.split('\n');
          return lines === undefined
            ? undefined
            : { path, startLine: line, endLine: line, selection: '', lines: lines.slice(line - 1), problems: [] };
        },
        text: async (path, start, end) =>
          (this.files.get(path) ?? '')
            .split('\n')
            .slice(start - 1, end)
            .join('\n'),
        symbolsOf: async (path) => this.symbols.filter((symbol) => symbol.path === path),
        findSymbols: async (words) => this.symbols.filter(({ name }) => name.includes(words)),
        files: async () => [...this.files.keys()],
        isFolder: async (path) => !this.files.has(path),
        changesOf: async (path) => this.patches.get(path) ?? '',
        commits: async () => this.commits,
        commitPatch: async (_root, hash) => this.patches.get(hash) ?? '',
      },
      terminals: { selection: async () => this.terminalSelection, failedCommand: () => this.failedCommand },
      log: nullLogger,
      taskFilter: new TaskFilter({
        get: () => this.filteredKinds,
        update: async (_key, value) => void (this.filteredKinds = value),
      }),
      anchors: new TraceAnchors({
        get: async (key) => this.secrets.get(key),
        store: async (key, value) => void this.secrets.set(key, value),
      }),
      conversation: {
        add: () => undefined,
        remove: () => undefined,
        sentComment: () => this.sentComment,
        taskOf: () => undefined,
        drafts: (task) => this.drafts.filter((draft) => draft.task === task),
        sent: ({ task }) => (this.drafts = this.drafts.filter((draft) => draft.task !== task.id)),
      },
      modelKeys: new StoredModelKeys({
        get: async (key) => this.secrets.get(key),
        store: async (key, value) => void this.secrets.set(key, value),
        delete: async (key) => void this.secrets.delete(key),
      }),
      lending: async () => ({ models: this.models, consent: this.consent }),
      merging: async () => ({
        merge: async (file) => {
          this.merges.push(file);
          const text = this.merged.shift();
          return text === undefined ? undefined : new TextEncoder().encode(text);
        },
        accept: async () => undefined,
      }),
      settings: () => ({ ...this.settings, settings: { ...this.settings.settings, ...this.servers } }),
      memorySettings: () => this.memorySettings,
      delegationSettings: () => ({ showContext: this.showContext }),
      showGraph: async (root, entity) => void this.graphs.push([root, entity]),
      showTerminal: (name, terminal) => void this.terminals.push({ name, terminal }),
      showTaskPage: async (...page) => void this.taskPages.push(page),
      saveSetting: async (name, value) => {
        this.savedSettings.push([name, value]);
        this.set.set(name, value);
      },
      readSetting: (name) => this.set.get(name),
      modelProgram: async () => this.host,
      lookBriefly: async () => this.checkUps.shift() ?? ok([]),
      sample: this.sample,
      openFolder: async (path, newWindow) => void this.opened.push([path, newWindow]),
      checkUp: async (folder) => {
        this.checkedUp.push(folder);
        return this.checkUps.shift() ?? ok([]);
      },
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
      askFolder: async () => this.words.shift(),
      askFile: async () => this.words.shift(),
      askSecret: async () => this.words.shift(),
      search: async <T>({ title, text, find, previews }: SearchList<T>) => {
        const typed = this.typed.shift();
        if (typed === undefined) {
          return undefined;
        }
        const now = typed.text ?? text;
        const answer = await find(now, this.stop.signal);
        this.searches.push({
          title: answer.title ?? title,
          text: now,
          early: answer.early === true,
          rows: answer.items.map(({ icon, label, description, detail = '' }) => [icon, label, description, detail]),
        });
        const item = answer.items.find(({ label }) => label === typed.choose);
        if (item !== undefined) {
          previews?.(item.value);
        }
        if (item === undefined || typed.escape === true) {
          return undefined;
        }
        return { value: item.value, text: now, ...(typed.button === undefined ? {} : { button: typed.button }) };
      },
      compose: async <T>(box: ComposeBox<T>) => {
        const planned = this.composing.splice(0);
        const steps = planned.length > 0 ? planned : this.words.splice(0, 1).map((word): BoxStep => ({ text: word }));
        let text: string | undefined = '';
        for (const step of steps) {
          text = step.text ?? text;
          if (box.asks(text)) {
            await box.find(text, this.stop.signal);
          }
          const rows: readonly PickItem<T>[] = asEditorSorts(
            box.rows(text).flatMap(({ items }) => items),
            text,
          );
          this.boxes.push({ text, rows: rows.map(({ label }) => label) });
          const row = step.press === undefined ? rows[0] : rows.find(({ label }) => label === step.press);
          if (row !== undefined && step.button === undefined) {
            box.rests(row.value);
          }
          text = row === undefined ? text : box.press(row.value, text, step.button);
          if (text === undefined) {
            return;
          }
        }
      },
      choose: async <T>(_title: string, choices: readonly Choice<T>[]) => {
        const label = this.words.shift();
        return choices.find((choice) => choice.label === label)?.value;
      },
      check: async <T>(
        _title: string,
        choices: readonly (Choice<T> & { readonly checked: boolean })[],
        open: (value: T) => void,
      ) => {
        this.checks.push(choices.map(({ label, description, checked }) => ({ label, description, checked })));
        const wanted = this.checked.shift();
        choices.filter(({ label }) => this.opening.includes(label)).forEach(({ value }) => open(value));
        return wanted === undefined
          ? undefined
          : choices.filter(({ label }) => wanted.includes(label)).map(({ value }) => value);
      },
      mention: (message) => void this.mentions.push(message),
      pick: async <T>(_title: string, _placeholder: string, groups: readonly PickGroup<T>[]) => {
        this.picks.push(groups.map(({ label, items }) => [label, items.map((item) => item.label)]));
        const [label, button] = this.words.shift()?.split('#') ?? [];
        const item = groups.flatMap(({ items }) => items).find((each) => each.label === label);
        return item === undefined ? undefined : { value: item.value, ...(button === undefined ? {} : { button }) };
      },
      withProgress: (title, work) =>
        work(this.stop.signal, (message, share) => void this.progress.push([title, message, share])),
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
      showPlace: async (place, beside = false) => {
        this.places.push({ how: beside ? 'beside' : 'open', place });
        return !this.gone.includes(place.path);
      },
      previewPlaces: () => ({
        show: (place) => void this.places.push({ how: 'preview', place }),
        showText: (title, text) => void this.texts.push([title, text]),
        restore: async () => void this.places.push({ how: 'restore' }),
      }),
      nameAtCursor: () => this.name,
      showLog: () => void this.ran.push(['log']),
      activeReview: () => this.review,
      reviewCursor: () => this.cursor,
      reviewChanged: async () => undefined,
      moveInReview: (address, line) => void this.moves.push([address, line]),
      showSide: async (address) => void this.shown.push({ title: address, changes: [] }),
      run: async (...call) => void this.ran.push(call),
      replace: async (root, parts) => {
        this.replaced.push([root, parts]);
        return this.replacing;
      },
      write: async (path, text) => {
        this.files.set(path, text);
        return this.gone.includes(path) ? 'no such folder' : undefined;
      },
      openLink: async (url) => void this.ran.push(['link', url]),
      typeInTerminal: (command) => void this.ran.push(['terminal', command]),
      editUnsaved: async (path, change) => void this.files.set(path, change(this.files.get(path) ?? '')),
      copy: async (text) => void this.ran.push(['copy', text]),
    };
  }
}

/** The editor's lists put rows first whose label has what is typed. */
function asEditorSorts<T>(rows: readonly PickItem<T>[], text: string): readonly PickItem<T>[] {
  const typed = text.trim().toLowerCase();
  const hasIt = ({ label }: PickItem<T>): boolean => typed !== '' && label.toLowerCase().includes(typed);
  return [...rows.filter(hasIt), ...rows.filter((row) => !hasIt(row))];
}

/** Lets notes that nobody waits for be answered. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
