import type { Command } from './command.ts';
import { applyCommand } from './commands/apply.ts';
import { cancelCommand } from './commands/cancel.ts';
import { discardCommand } from './commands/discard.ts';
import { doctorCommand } from './commands/doctor.ts';
import { environmentApproveCommand, environmentCommand } from './commands/environment.ts';
import { hostStopCommand } from './commands/hostStop.ts';
import { patchCommand } from './commands/patch.ts';
import { runCommand } from './commands/run.ts';
import { showCommand } from './commands/show.ts';
import { tasksCommand } from './commands/tasks.ts';
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
  traceVerifyCommand,
  environmentApproveCommand,
  environmentCommand,
  doctorCommand,
  hostStopCommand,
];
