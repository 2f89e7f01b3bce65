import { errorText, type Failure } from '../../base/failure.ts';
import type { CommandContext } from '../commands/command.ts';
import { type Fix, fixesFor } from './failureFix.ts';

type Speaker = Pick<CommandContext, 'dialogue' | 'window' | 'log'>;

/**
 * Says a failure in one line, with buttons where there is a way out, and does what the chosen button says. Does not wait for
 * the person: a note can stay on screen for hours.
 */
export function showFailure(context: Speaker, failure: Failure, kind: 'warning' | 'error' = 'error'): void {
  if (failure.reason === 'aborted') {
    return;
  }
  context.log.warn(`${failure.reason}: ${failure.message}`);
  note(context, kind, failure.message, fixButtons(context, failure.reason));
}

/** Buttons for the ways out of a failure, each with what it does. */
export function fixButtons(context: Speaker, reason: string): Readonly<Record<string, () => unknown>> {
  return Object.fromEntries(fixesFor(reason).map((fix) => [fix.label, () => applyFix(context, fix)]));
}

/** A note with buttons and what each of them does; returns at once. */
export function note(
  { dialogue, log }: Pick<Speaker, 'dialogue' | 'log'>,
  kind: 'information' | 'warning' | 'error',
  message: string,
  buttons: Readonly<Record<string, () => unknown>> = {},
): void {
  dialogue
    .notify(kind, message, Object.keys(buttons))
    .then((answer) => (answer === undefined ? undefined : buttons[answer]?.()))
    .catch((error: unknown) => log.error(`After "${message}": ${errorText(error)}`));
}

export async function applyFix({ window }: Speaker, fix: Fix): Promise<void> {
  await ('link' in fix ? window.openLink(fix.link) : window.run(fix.command, ...(fix.values ?? [])));
}
