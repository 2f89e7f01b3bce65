import type { ReadSetting } from './userSettings.ts';

/** Variables for an agent host that this window starts, of what the person set for all their work; empty settings leave theirs. */
export function hostVariables(read: ReadSetting): Readonly<Record<string, string>> {
  const endpoint = read('otlp.endpoint');
  return typeof endpoint === 'string' && endpoint.trim() !== '' ? { NIGHTSHIFT_OTLP_ENDPOINT: endpoint.trim() } : {};
}
