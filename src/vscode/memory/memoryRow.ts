/** What the row of the Memory view names that a menu hands over. */
export interface MemoryRow {
  readonly root?: string;
  readonly episode?: string;
  readonly task?: string;
  readonly label?: string;
}

export function rootOf(argument: unknown): string | undefined {
  return memoryRow(argument).root;
}

export function memoryRow(argument: unknown): MemoryRow {
  if (typeof argument !== 'object' || argument === null) {
    return {};
  }
  const given = argument as Readonly<Record<string, unknown>>;
  const names = ['root', 'episode', 'task', 'label'] as const;
  return Object.fromEntries(names.flatMap((name) => (typeof given[name] === 'string' ? [[name, given[name]]] : [])));
}
