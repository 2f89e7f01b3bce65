import type { Command } from './command.ts';
import { archiveCommand } from './commands/archive.ts';
import { applyCommand } from './commands/apply.ts';
import { cancelCommand } from './commands/cancel.ts';
import { cleanCommand } from './commands/clean.ts';
import { commentCommand } from './commands/comment.ts';
import { commentsCommand } from './commands/comments.ts';
import { discardCommand } from './commands/discard.ts';
import { doctorCommand } from './commands/doctor.ts';
import { environmentCommand } from './commands/environment.ts';
import { environmentApproveCommand } from './commands/environmentApprove.ts';
import { findingsCommand } from './commands/findings.ts';
import { findingsDismissCommand } from './commands/findingsDismiss.ts';
import { findingsExportCommand } from './commands/findingsExport.ts';
import { findingsImportCommand } from './commands/findingsImport.ts';
import { findingsRestoreCommand } from './commands/findingsRestore.ts';
import { guidanceCommand } from './commands/guidance.ts';
import { guidancePinCommand } from './commands/guidancePin.ts';
import { guidanceUnpinCommand } from './commands/guidanceUnpin.ts';
import { hostStopCommand } from './commands/hostStop.ts';
import { indexCommand } from './commands/indexRepository.ts';
import { mcpCommand } from './commands/mcp.ts';
import { memoryExportCommand } from './commands/memoryExport.ts';
import { memoryForgetCommand } from './commands/memoryForget.ts';
import { memoryModelCommand } from './commands/memoryModel.ts';
import { memoryShowCommand } from './commands/memoryShow.ts';
import { modelsCommand } from './commands/models.ts';
import { modelsProbeCommand } from './commands/modelsProbe.ts';
import { modelsPullCommand } from './commands/modelsPull.ts';
import { hunksCommand } from './commands/hunks.ts';
import { patchCommand } from './commands/patch.ts';
import { pauseCommand } from './commands/pause.ts';
import { recallCommand } from './commands/recall.ts';
import { relatedCommand } from './commands/related.ts';
import { rejectCommand } from './commands/reject.ts';
import { undoCommand } from './commands/undo.ts';
import { resumeCommand } from './commands/resume.ts';
import { runCommand } from './commands/run.ts';
import { answerCommand } from './commands/answer.ts';
import { sayCommand } from './commands/say.ts';
import { showCommand } from './commands/show.ts';
import { takeOverCommand } from './commands/takeOver.ts';
import { tasksCommand } from './commands/tasks.ts';
import { traceExportCommand } from './commands/traceExport.ts';
import { traceKeyCommand } from './commands/traceKey.ts';
import { traceShowCommand } from './commands/traceShow.ts';
import { traceStatementCommand } from './commands/traceStatement.ts';
import { traceVerifyCommand } from './commands/traceVerify.ts';

/** Every command, in the order of the help. A new one is added here and nowhere else. */
export const commandTable: readonly Command[] = [
  runCommand,
  tasksCommand,
  showCommand,
  patchCommand,
  hunksCommand,
  applyCommand,
  rejectCommand,
  undoCommand,
  discardCommand,
  archiveCommand,
  cancelCommand,
  takeOverCommand,
  pauseCommand,
  resumeCommand,
  sayCommand,
  answerCommand,
  commentCommand,
  commentsCommand,
  findingsCommand,
  findingsImportCommand,
  findingsExportCommand,
  findingsDismissCommand,
  findingsRestoreCommand,
  traceShowCommand,
  traceVerifyCommand,
  traceExportCommand,
  traceStatementCommand,
  traceKeyCommand,
  environmentCommand,
  environmentApproveCommand,
  guidanceCommand,
  guidancePinCommand,
  guidanceUnpinCommand,
  recallCommand,
  relatedCommand,
  indexCommand,
  memoryShowCommand,
  memoryModelCommand,
  memoryForgetCommand,
  memoryExportCommand,
  modelsCommand,
  modelsProbeCommand,
  modelsPullCommand,
  mcpCommand,
  doctorCommand,
  cleanCommand,
  hostStopCommand,
];
