import type { SandboxSpec } from './sandboxSpec.ts';

/** The rights of a box as one text: two specs with the same text may do the same, whoever owns them. Labels are no rights. */
export function specRights(spec: SandboxSpec): string {
  const { labels: _labels, ...rights } = spec;
  return JSON.stringify(Object.entries(rights).sort(([a], [b]) => (a < b ? -1 : 1)));
}
