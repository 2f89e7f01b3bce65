import type { OriginView } from '../../protocol/host.ts';

/**
 * A task that a click asks for: complete, nothing left to fill in. `path` is absolute, lines count from 1, `text` is the
 * problem's message, the comment's words or the selected code.
 */
export interface TaskRequest {
  readonly kind: 'diagnostic' | 'todo' | 'selection';
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
  /** Who reported a problem, with its code. */
  readonly reporter?: string;
  /** What a symbol is and is called, `function add`. */
  readonly symbol?: string;
}

const longestText = 20_000;
const longestQuote = 1_000;

/** Goal and origin of the task; `file` is the request's path relative to the repository, with `/`. */
export function composeTask(
  request: TaskRequest,
  file: string,
): { readonly goal: string; readonly origin: OriginView } {
  const { kind, startLine, endLine, text } = request;
  const place = { kind, file, startLine, endLine };
  return {
    goal: goalOf(
      request,
      startLine === endLine ? `${file}, line ${startLine}` : `${file}, lines ${startLine}-${endLine}`,
    ),
    origin: text === '' ? place : { ...place, text: text.slice(0, longestText) },
  };
}

/** The first line is short and stands for the task in lists; the second one says the rest. */
function goalOf(request: TaskRequest, place: string): string {
  const text = quote(request.text);
  if (request.kind === 'diagnostic') {
    const reporter = request.reporter === undefined ? '' : ` by ${request.reporter}`;
    return `Fix: ${text}\nThis problem is reported${reporter} in ${place}.`;
  }
  if (request.kind === 'todo') {
    return `${text}\nThis comment is in ${place}: do what it asks, and remove the comment when it is done.`;
  }
  const symbol = request.symbol === undefined ? '' : `the ${quote(request.symbol)} in `;
  return `Work on ${symbol}${place}\nFinish what is unfinished, fix what is wrong, and leave the rest of the repository as it is.`;
}

/** Checks what a command was called with: other extensions and keybindings can call it with anything. */
export function isTaskRequest(value: unknown): value is TaskRequest {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const { kind, path, startLine, endLine, text, reporter, symbol } = value as Partial<
    Record<keyof TaskRequest, unknown>
  >;
  return (
    (kind === 'diagnostic' || kind === 'todo' || kind === 'selection') &&
    typeof path === 'string' &&
    Number.isInteger(startLine) &&
    Number.isInteger(endLine) &&
    typeof text === 'string' &&
    (reporter === undefined || typeof reporter === 'string') &&
    (symbol === undefined || typeof symbol === 'string')
  );
}

function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > longestQuote ? `${line.slice(0, longestQuote)}…` : line;
}
