import type { SandboxTerminal } from '../terminal/sandboxTerminal.ts';
import type { Failure } from '../../base/failure.ts';
import type { Logger } from '../../base/logger.ts';
import type { Result } from '../../base/result.ts';
import type { DoctorCheck } from '../../protocol/doctorCheck.ts';
import type { TaskSettings } from '../../protocol/host.ts';
import type { TaskHosts } from '../host/taskHosts.ts';
import type { ModelAsker } from '../models/modelProgram.ts';
import type { Lending } from '../models/openLending.ts';
import type { Dialogue } from '../window/dialogue.ts';
import type { DelegationSettings } from '../settings/delegationSettings.ts';
import type { MemorySettings } from '../settings/memorySettings.ts';
import type { MergeEditors } from '../review/mergeEditors.ts';
import type { ReviewConversation } from '../review/comments/reviewConversation.ts';
import type { StoredModelKeys } from '../settings/storedModelKeys.ts';
import type { TaskFilter } from '../tasks/taskFilter.ts';
import type { TraceAnchors } from '../trace/traceAnchors.ts';
import type { Terminals } from '../terminal/terminals.ts';
import type { EditorWindow } from '../window/editorWindow.ts';
import type { WorkspaceCode } from '../window/workspaceCode.ts';

/** What commands work with. Everything is a port, so that a command runs in a test without an editor. */
export interface CommandContext {
  readonly hosts: TaskHosts;
  readonly window: EditorWindow;
  readonly dialogue: Dialogue;
  readonly code: WorkspaceCode;
  readonly terminals: Terminals;
  readonly log: Logger;
  /** Which tasks the list shows. */
  readonly taskFilter: TaskFilter;
  /** What this editor remembers of traces. */
  readonly anchors: TraceAnchors;
  /** Keys of model servers, in the editor's secret storage. */
  readonly modelKeys: StoredModelKeys;
  /** The person's comments on results. */
  readonly conversation: ReviewConversation;
  /** Language models of this editor, and what the person allowed of them. Made when it is first needed. */
  lending(): Promise<Pick<Lending, 'models' | 'consent'>>;
  /** The editor's three-way merge. Made when it is first needed. */
  merging(): Promise<Pick<MergeEditors, 'merge' | 'accept'>>;
  /** The person's own settings at this moment. */
  settings(): { readonly model: string; readonly settings: TaskSettings };
  /** The person's settings of the memory at this moment. */
  memorySettings(): MemorySettings;
  delegationSettings(): DelegationSettings;
  /** Draws what stands around an entity of a repository's memory. */
  showGraph(root: string, entity: string): Promise<void>;
  /** Opens the page of a task. */
  showTaskPage(root: string, task: string, preserveFocus: boolean): Promise<void>;
  /** Opens a terminal whose other end is ours, and goes to it. */
  showTerminal(name: string, terminal: SandboxTerminal): void;
  /** Keeps a setting of the person for this machine, by its name without the product's prefix; undefined unsets it. */
  saveSetting(name: string, value: string | number | undefined): Promise<void>;
  /** What the person set for this machine, by its name without the product's prefix; undefined where nothing is. */
  readSetting(name: string): unknown;
  /** Asks of models where no agent host can: no repository is open. */
  modelProgram(): Promise<ModelAsker>;
  /** Checks this machine and, where one is given, a folder, as `nightshift doctor` does. */
  checkUp(folder: string | undefined, signal: AbortSignal): Promise<Result<readonly DoctorCheck[], Failure>>;
  /** As `checkUp`, of what no task can do without: quick, and nothing is started. */
  lookBriefly(signal: AbortSignal): Promise<Result<readonly DoctorCheck[], Failure>>;
  /** Absolute paths: of the sample's files in this installation, of a recorded run of its task, and where samples are made. */
  readonly sample: { readonly project: string; readonly recording: string; readonly home: string };
  openFolder(path: string, newWindow: boolean): Promise<void>;
  /** The repository that a file or folder is in. */
  repositoryOf(path: string): Promise<string | undefined>;
}

/** Arguments are whatever the caller gave: a row of the tree, an address, nothing; menus of the editor's own give several. */
export type Command = (context: CommandContext, argument: unknown, ...more: readonly unknown[]) => Promise<unknown>;
