import type { DoctorCheck } from '../../host/doctor/doctorChecks.ts';
import type { TraceKeyView } from '../../host/traceKey.ts';
import type { EnvironmentView, HostResult, TraceLine } from '../../protocol/host.ts';
import type { StorageReport } from '../../protocol/storage.ts';
import type { TaskView } from '../../protocol/taskView.ts';

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
  hostStopped(stopped: boolean): void;
}
