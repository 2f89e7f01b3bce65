import { doctor } from '../doctor/doctor.ts';
import { delegateChanges, delegateFile } from '../delegation/delegateFiles.ts';
import { delegateCommit } from '../delegation/delegateCommit.ts';
import { delegateFromEditor, delegateLine } from '../delegation/delegateLine.ts';
import { applyFinding } from '../findings/applyFinding.ts';
import { dismissFinding, restoreFinding } from '../findings/decideFinding.ts';
import { exportFindings, importFindings } from '../findings/importFindings.ts';
import { approveEnvironment } from '../environment/approveEnvironment.ts';
import { allowLanguageModel } from '../models/allowLanguageModel.ts';
import { selectModel } from '../models/selectModel.ts';
import { pinInstructions } from '../guidance/pinInstructions.ts';
import { explainFile } from '../memory/explainFile.ts';
import { forgetEpisode, forgetMemory } from '../memory/forgetMemory.ts';
import { openEpisode } from '../memory/openEpisode.ts';
import { pauseMemory, resumeMemory } from '../memory/pauseMemory.ts';
import { rebuildMemory } from '../memory/rebuildMemory.ts';
import { searchMemory, searchMemoryForSelection } from '../memory/searchMemory.ts';
import { setUpMeaning } from '../memory/setUpMeaning.ts';
import { showGraph, showRelated } from '../memory/showRelated.ts';
import { acceptMerge } from '../review/acceptMerge.ts';
import { acceptFile } from '../review/acceptFile.ts';
import { acceptChange, rejectChange } from '../review/decideChange.ts';
import { acceptTask } from '../review/acceptTask.ts';
import { acceptTaskAs } from '../review/acceptTaskAs.ts';
import { undoAccept } from '../review/undoAccept.ts';
import { editAccept } from '../review/editAccept.ts';
import { markReviewed } from '../review/markReviewed.ts';
import { rejectFile, restoreFile } from '../review/rejectFile.ts';
import { openFileDiff, reviewFile, reviewTask } from '../review/reviewTask.ts';
import { addComment, removeComment, reopenComment, resolveComment, sendReview } from '../review/comments/sendReview.ts';
import { setModelKey } from '../settings/setModelKey.ts';
import { getStarted } from '../start/getStarted.ts';
import { cleanUp } from '../storage/cleanUp.ts';
import { answerQuestion } from '../tasks/answerQuestion.ts';
import { cancelTask } from '../tasks/cancelTask.ts';
import { delegate } from '../tasks/delegate.ts';
import { delegateRequest } from '../tasks/delegateRequest.ts';
import { discardTask } from '../tasks/discardTask.ts';
import { archiveDone, archiveTask, restoreTask } from '../tasks/archiveTask.ts';
import { clearTaskFilter, filterTasks, searchTasks } from '../tasks/filterTasks.ts';
import { refreshTasks } from '../tasks/refreshTasks.ts';
import { resumeTask } from '../tasks/resumeTask.ts';
import { takeOver } from '../tasks/takeOver.ts';
import { pauseTask, sayToAgent } from '../tasks/sayToAgent.ts';
import { showTasks } from '../tasks/showTasks.ts';
import { openTaskPage } from '../taskPage/openTaskPage.ts';
import { delegateFailedCommand, delegateTerminalSelection } from '../terminal/delegateTerminal.ts';
import { delegateTest } from '../testing/delegateTest.ts';
import { openTrace } from '../trace/openTrace.ts';
import { verifyTrace } from '../trace/verifyTrace.ts';
import type { Command } from './command.ts';
import { showLog } from './showLog.ts';

/** Read from the bundle when it is called: what a person does once need not be loaded at every start. */
const later =
  (load: () => Promise<Command>): Command =>
  async (context, ...values) =>
    (await load())(context, ...values);

/** Every command of the extension. The ones that a person can call are declared in package.json too. */
export const commandTable = {
  'nightshift.delegate': delegate,
  'nightshift.delegateFromEditor': delegateFromEditor,
  'nightshift.delegateLine': delegateLine,
  'nightshift.delegateFile': delegateFile,
  'nightshift.delegateChanges': delegateChanges,
  'nightshift.delegateCommit': delegateCommit,
  'nightshift.delegateTimelineCommit': delegateCommit,
  'nightshift.delegateTerminalSelection': delegateTerminalSelection,
  'nightshift.delegateFailedCommand': delegateFailedCommand,
  'nightshift.delegateRequest': delegateRequest,
  'nightshift.delegateTest': delegateTest,
  'nightshift.reviewTask': reviewTask,
  'nightshift.openFileDiff': openFileDiff,
  'nightshift.acceptTask': acceptTask,
  'nightshift.acceptTaskAs': acceptTaskAs,
  'nightshift.acceptFile': acceptFile,
  'nightshift.acceptMerge': acceptMerge,
  'nightshift.undoAccept': undoAccept,
  'nightshift.editAccept': editAccept,
  'nightshift.markReviewed': markReviewed,
  'nightshift.rejectFile': rejectFile,
  'nightshift.restoreFile': restoreFile,
  'nightshift.reviewFile': reviewFile,
  'nightshift.acceptChange': acceptChange,
  'nightshift.rejectChange': rejectChange,
  'nightshift.addComment': addComment,
  'nightshift.removeComment': removeComment,
  'nightshift.sendReview': sendReview,
  'nightshift.resolveComment': resolveComment,
  'nightshift.reopenComment': reopenComment,
  'nightshift.sayToAgent': sayToAgent,
  'nightshift.answerQuestion': answerQuestion,
  'nightshift.pauseTask': pauseTask,
  'nightshift.takeOver': takeOver,
  'nightshift.discardTask': discardTask,
  'nightshift.cancelTask': cancelTask,
  'nightshift.resumeTask': resumeTask,
  'nightshift.approveEnvironment': approveEnvironment,
  'nightshift.allowLanguageModel': allowLanguageModel,
  'nightshift.openTaskPage': openTaskPage,
  'nightshift.openTrace': openTrace,
  'nightshift.openTerminal': later(async () => (await import('../terminal/openTerminal.ts')).openTerminal),
  'nightshift.verifyTrace': verifyTrace,
  'nightshift.filterTasks': filterTasks,
  'nightshift.clearTaskFilter': clearTaskFilter,
  'nightshift.searchTasks': searchTasks,
  'nightshift.archiveTask': archiveTask,
  'nightshift.restoreTask': restoreTask,
  'nightshift.archiveDone': archiveDone,
  'nightshift.refreshTasks': refreshTasks,
  'nightshift.showTasks': showTasks,
  'nightshift.getStarted': getStarted,
  'nightshift.trySample': later(async () => (await import('../start/trySample.ts')).trySample),
  'nightshift.delegateSample': later(async () => (await import('../start/delegateSample.ts')).delegateSample),
  'nightshift.applyProfile': later(async () => (await import('../start/applyProfile.ts')).applyProfile),
  'nightshift.selectModel': selectModel,
  'nightshift.doctor': doctor,
  'nightshift.cleanUp': cleanUp,
  'nightshift.setModelKey': setModelKey,
  'nightshift.pinInstructions': pinInstructions,
  'nightshift.importRules': later(async () => (await import('../guidance/importRules.ts')).importRules),
  'nightshift.importFindings': importFindings,
  'nightshift.exportFindings': exportFindings,
  'nightshift.applyFinding': applyFinding,
  'nightshift.dismissFinding': dismissFinding,
  'nightshift.restoreFinding': restoreFinding,
  'nightshift.searchMemory': searchMemory,
  'nightshift.searchMemoryForSelection': searchMemoryForSelection,
  'nightshift.showRelated': showRelated,
  'nightshift.showGraph': showGraph,
  'nightshift.explainFile': explainFile,
  'nightshift.pauseMemory': pauseMemory,
  'nightshift.resumeMemory': resumeMemory,
  'nightshift.rebuildMemory': rebuildMemory,
  'nightshift.setUpMeaning': setUpMeaning,
  'nightshift.openEpisode': openEpisode,
  'nightshift.forgetEpisode': forgetEpisode,
  'nightshift.forgetMemory': forgetMemory,
  'nightshift.showLog': showLog,
} as const satisfies Readonly<Record<string, Command>>;

/** Called by our own code actions with an argument; of no use to a person. */
export const internalCommands: ReadonlySet<string> = new Set(['nightshift.delegateRequest', 'nightshift.applyFinding']);
