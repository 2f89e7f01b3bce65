import { fail, ok, type Result } from '../base/result.ts';
import { largestLimits, type TaskSettings } from '../protocol/host.ts';
import type { OptionSpec, OptionValues } from './command.ts';
import { usage, type UsageFailure } from './commandLine.ts';
import { stringOption } from './optionValues.ts';

/** The options that set limits; each text is what the help says in brackets. */
export function limitOptions(tokens: string, steps: string, minutes: string): Readonly<Record<string, OptionSpec>> {
  return {
    'max-tokens': { type: 'string', value: 'N', help: `the most new tokens (${tokens})` },
    'max-steps': { type: 'string', value: 'N', help: `the most steps (${steps})` },
    'max-minutes': { type: 'string', value: 'N', help: `the most minutes of work (${minutes})` },
  };
}

/** The limits that the options name; undefined where none does. An option is the user's own word: it raises a limit as well as it lowers it. */
export function limitWish(values: OptionValues): Result<TaskSettings['limits'], UsageFailure> {
  const tokens = limit(values, 'max-tokens', largestLimits.newTokens);
  const steps = limit(values, 'max-steps', largestLimits.steps);
  const minutes = limit(values, 'max-minutes', largestLimits.seconds / 60);
  if (!tokens.ok) {
    return tokens;
  }
  if (!steps.ok) {
    return steps;
  }
  if (!minutes.ok) {
    return minutes;
  }
  const limits = {
    ...(tokens.value === undefined ? {} : { newTokens: tokens.value }),
    ...(steps.value === undefined ? {} : { steps: steps.value }),
    ...(minutes.value === undefined ? {} : { seconds: minutes.value * 60 }),
  };
  return ok(Object.keys(limits).length === 0 ? undefined : limits);
}

function limit(values: OptionValues, name: string, ceiling: number): Result<number | undefined, UsageFailure> {
  const text = stringOption(values, name);
  if (text === undefined) {
    return ok(undefined);
  }
  return /^[1-9]\d*$/.test(text) && Number(text) <= ceiling
    ? ok(Number(text))
    : fail(usage(`--${name} takes a whole number from 1 to ${ceiling}, not "${text}".`));
}
