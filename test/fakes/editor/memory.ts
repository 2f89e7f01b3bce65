import type { Memory } from '../../../src/vscode/tasks/rememberedTasks.ts';

/** The editor's store of a few words, in memory. */
export function memory(): Memory {
  const kept = new Map<string, readonly string[]>();
  return {
    get: (key, fallback) => kept.get(key) ?? fallback,
    update: async (key, value) => void kept.set(key, value),
  };
}
