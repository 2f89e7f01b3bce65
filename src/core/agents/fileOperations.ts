import { plainLine } from '../../base/plainText.ts';
import type { TraceEntry, TraceEventData } from '../trace/traceEvent.ts';

type Operation = 'read' | 'created' | 'changed' | 'deleted';

/** What a run has done to the files and what its tests said: what survives when the results themselves are left out. */
export interface FileOperations {
  /** The call whose answer is not in yet. */
  readonly open?: { readonly call: string; readonly path?: string };
  /** Newest last; each path once, with everything that was done to it, in order of the first time. */
  readonly files: readonly { readonly path: string; readonly done: readonly Operation[] }[];
  /** First line of the newest test result. */
  readonly tests?: string;
}

export const noOperations: FileOperations = { files: [] };

const keptFiles = 50;

/** Characters of all lines together; the newest are worth most. */
const mostText = 2_400;
const longestPath = 300;

export function operationsAfter(operations: FileOperations, event: TraceEntry): FileOperations {
  switch (event.type) {
    case 'tool-called': {
      const path = pathOf(event.data.arguments);
      return { ...operations, open: { call: event.data.call, ...(path === undefined ? {} : { path }) } };
    }
    case 'tool-returned':
      return afterReturn(operations, event.data);
    default:
      return operations;
  }
}

/** One line a file, and one for the tests; the oldest files are left out where there are too many. */
export function operationLines({ files, tests }: FileOperations): readonly string[] {
  const lines: string[] = tests === undefined ? [] : [`ran the tests: ${tests}`];
  let left = mostText;
  for (const [at, { path, done }] of files.toReversed().entries()) {
    const line = `${done.join(', ')} ${plainLine(path)}`;
    left -= line.length;
    if (left < 0) {
      return [`… and ${files.length - at} more files before these`, ...lines];
    }
    lines.unshift(line);
  }
  return lines;
}

function afterReturn({ open, ...rest }: FileOperations, data: TraceEventData<'tool-returned'>): FileOperations {
  if (open?.call !== data.call) {
    return rest;
  }
  if (data.tool === 'run_tests' && data.ok) {
    return { ...rest, tests: plainLine(data.output.split('\n', 1)[0] ?? '', 160) };
  }
  const operation = data.ok ? operationOf(data) : undefined;
  const path = data.file?.path ?? open.path;
  return operation === undefined || path === undefined ? rest : withOperation(rest, path, operation);
}

function operationOf({ tool, file }: TraceEventData<'tool-returned'>): Operation | undefined {
  if (file === undefined) {
    return tool === 'read_file' ? 'read' : undefined;
  }
  if (file.after === null) {
    return 'deleted';
  }
  return file.before === null ? 'created' : 'changed';
}

function withOperation(operations: FileOperations, path: string, operation: Operation): FileOperations {
  const known = operations.files.find((file) => file.path === path)?.done ?? [];
  const done = known.includes(operation) ? known : [...known, operation];
  const others = operations.files.filter((file) => file.path !== path);
  return { ...operations, files: [...others, { path, done }].slice(-keptFiles) };
}

function pathOf(given: unknown): string | undefined {
  const path: unknown = typeof given === 'object' && given !== null ? Reflect.get(given, 'path') : undefined;
  return typeof path === 'string' && path.length <= longestPath ? path : undefined;
}
