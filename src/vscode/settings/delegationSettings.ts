import type { ReadSetting } from './userSettings.ts';

export interface DelegationSettings {
  /** Whether a click that says all of a task shows what goes along before it starts. */
  readonly showContext: boolean;
}

export function readDelegationSettings(read: ReadSetting): DelegationSettings {
  return { showContext: read('delegate.showContext') === true };
}
