import type { MemoryStatus } from '../../protocol/memory.ts';

/** What menus and welcome texts know of the memories of a window: `mixed` where the person paused some of several. */
export function memoryKey(
  enabled: boolean,
  statuses: readonly Pick<MemoryStatus, 'paused'>[],
): 'off' | 'idle' | 'on' | 'paused' | 'mixed' {
  if (!enabled || statuses.length === 0) {
    return enabled ? 'idle' : 'off';
  }
  const paused = statuses.filter((status) => status.paused === 'user').length;
  return paused === 0 ? 'on' : paused === statuses.length ? 'paused' : 'mixed';
}
