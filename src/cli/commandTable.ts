import type { Command } from './command.ts';
import { applyCommand } from './commands/apply.ts';
import { cancelCommand } from './commands/cancel.ts';
import { cleanCommand } from './commands/clean.ts';
import { discardCommand } from './commands/discard.ts';
import { doctorCommand } from './commands/doctor.ts';
import { environmentCommand } from './commands/environment.ts';
import { environmentApproveCommand } from './commands/environmentApprove.ts';
import { hostStopCommand } from './commands/hostStop.ts';
import { patchCommand } from './commands/patch.ts';
import { resumeCommand } from './commands/resume.ts';
import { runCommand } from './commands/run.ts';
import { showCommand } from './commands/show.ts';
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
  applyCommand,
  discardCommand,
  cancelCommand,
  resumeCommand,
  traceShowCommand,
  traceVerifyCommand,
  traceExportCommand,
  traceStatementCommand,
  traceKeyCommand,
  environmentCommand,
  environmentApproveCommand,
  doctorCommand,
  cleanCommand,
  hostStopCommand,
];
