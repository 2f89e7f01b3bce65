import { approveEnvironment } from '../environment/approveEnvironment.ts';
import { acceptFile } from '../review/acceptFile.ts';
import { acceptTask } from '../review/acceptTask.ts';
import { openFileDiff, reviewTask } from '../review/reviewTask.ts';
import { cleanUp } from '../storage/cleanUp.ts';
import { cancelTask } from '../tasks/cancelTask.ts';
import { delegate } from '../tasks/delegate.ts';
import { delegateFromEditor } from '../tasks/delegateFromEditor.ts';
import { delegateRequest } from '../tasks/delegateRequest.ts';
import { discardTask } from '../tasks/discardTask.ts';
import { refreshTasks } from '../tasks/refreshTasks.ts';
import { resumeTask } from '../tasks/resumeTask.ts';
import { showTasks } from '../tasks/showTasks.ts';
import { openTrace } from '../trace/openTrace.ts';
import { verifyTrace } from '../trace/verifyTrace.ts';
import type { Command } from './command.ts';
import { showLog } from './showLog.ts';

/** Every command of the extension. The ones that a person can call are declared in package.json too. */
export const commandTable = {
  'nightshift.delegate': delegate,
  'nightshift.delegateFromEditor': delegateFromEditor,
  'nightshift.delegateRequest': delegateRequest,
  'nightshift.reviewTask': reviewTask,
  'nightshift.openFileDiff': openFileDiff,
  'nightshift.acceptTask': acceptTask,
  'nightshift.acceptFile': acceptFile,
  'nightshift.discardTask': discardTask,
  'nightshift.cancelTask': cancelTask,
  'nightshift.resumeTask': resumeTask,
  'nightshift.approveEnvironment': approveEnvironment,
  'nightshift.openTrace': openTrace,
  'nightshift.verifyTrace': verifyTrace,
  'nightshift.refreshTasks': refreshTasks,
  'nightshift.showTasks': showTasks,
  'nightshift.cleanUp': cleanUp,
  'nightshift.showLog': showLog,
} as const satisfies Readonly<Record<string, Command>>;

/** Called by our own code actions with an argument; of no use to a person. */
export const internalCommands: ReadonlySet<string> = new Set(['nightshift.delegateRequest']);
