import type { OptionValues } from './command.ts';

/** Typed reading of what the strict parser let through. */
export function stringOption(values: OptionValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

export function stringOptions(values: OptionValues, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

export function flag(values: OptionValues, name: string): boolean {
  return values[name] === true;
}
