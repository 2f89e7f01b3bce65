import type { DoctorCheck } from '../../protocol/doctorCheck.ts';
import type { TraceKeyView } from '../../host/traceKey.ts';
import type { CommentView } from '../../protocol/conversation.ts';
import type { FindingView } from '../../protocol/findings.ts';
import type { EnvironmentView, GuidanceView, HostResult, TraceLine } from '../../protocol/host.ts';
import type {
  Episode,
  ExplainedPath,
  Forgotten,
  GraphResult,
  MemoryStatus,
  RecallResult,
} from '../../protocol/memory.ts';
import type { ModelList, ModelView, RequestProgress } from '../../protocol/models.ts';
import type { StorageReport } from '../../protocol/storage.ts';
import type { HunkView, TaskView } from '../../protocol/taskView.ts';
import type { ChosenModels } from './modelText.ts';

/** A hunk by its number from 1, with its lines as they are, ends included. */
export interface ListedHunk extends HunkView {
  readonly number: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** What commands say, whatever it looks like. The last call of a command is its result. */
export interface Writer {
  /** A task was created and is followed. */
  started(task: TaskView): void;
  /** A task was created and goes on by itself. */
  detached(task: TaskView): void;
  progress(task: string, line: TraceLine): void;
  /** A remark for a person while a command is at work; nothing in JSON. */
  note(text: string): void;
  taskList(tasks: readonly TaskView[]): void;
  /** A task as it stands; `patch` is its unified diff where the command shows one. */
  task(task: TaskView, patch?: string): void;
  applied(result: HostResult<'applyTask'>): void;
  takenOver(result: HostResult<'takeOver'>): void;
  undone(result: HostResult<'undoAccept'>): void;
  /** The changes of a file that can be chosen from; undefined where it is taken as a whole. */
  hunks(path: string, hunks: readonly ListedHunk[] | undefined): void;
  comments(comments: readonly CommentView[]): void;
  findings(findings: readonly FindingView[]): void;
  findingsImported(result: HostResult<'importFindings'>): void;
  /** The diff as a person reads it on a terminal. */
  patch(patch: string): void;
  verified(task: string, result: HostResult<'verifyTrace'>): void;
  traceKey(key: TraceKeyView): void;
  check(check: DoctorCheck): void;
  doctor(ok: boolean): void;
  /** What is kept, and what went or, where nothing was `applied`, would go. */
  cleaned(report: StorageReport, applied: boolean): void;
  /** What there is to agree to; `task` where it is of that task's changes. */
  environment(view: EnvironmentView, task?: string): void;
  /** All that is about to be agreed to. */
  agreeing(view: EnvironmentView): void;
  /** It was agreed to; `proving` is the task whose tests run again. */
  agreed(view: EnvironmentView, proving?: string): void;
  models(list: ModelList, chosen: ChosenModels): void;
  /** How far a trial or a pull is. */
  modelProgress(progress: RequestProgress): void;
  /** A model that was tried out, or fetched. */
  model(model: ModelView): void;
  /** Instructions for agents, as they are once the command is done. */
  guidance(files: readonly GuidanceView[]): void;
  /** What a question found; `id` names the question of a batch. */
  recalled(result: RecallResult, id?: string): void;
  related(result: GraphResult): void;
  /** How the index stands. */
  memory(status: MemoryStatus): void;
  explained(path: ExplainedPath): void;
  episodes(episodes: readonly Episode[]): void;
  forgotten(forgotten: Forgotten): void;
  hostStopped(stopped: boolean): void;
}
