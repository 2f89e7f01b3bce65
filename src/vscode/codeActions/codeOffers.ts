import { t } from '@vscode/l10n';
import type { CodePlace, Problem } from '../window/editorWindow.ts';
import type { CodeSymbol } from '../window/workspaceCode.ts';
import type { TaskRequest } from './taskRequest.ts';
import { findTodoComments, type TodoComment } from './todoComment.ts';

/** One entry of the light bulb. */
export interface CodeOffer {
  readonly title: string;
  readonly request: TaskRequest;
  /** Index into the place's problems, for a problem. */
  readonly problem?: number;
}

const prefix = t('Delegate to Background Agent');
const longestTitle = 60;
const mostOffers = 5;
const longestSelection = 400;

/** The symbol whose name the cursor is at, with its code. */
export type NamedCode = Pick<CodeSymbol, 'kind' | 'name' | 'startLine' | 'endLine'> & { readonly text: string };

/** Work on a whole symbol. */
export function symbolOffer(path: string, { kind, name, startLine, endLine, text }: NamedCode): CodeOffer {
  const symbol = `${kind} ${name}`;
  return {
    title: t`${prefix}: Work on ${shorten(symbol)}`,
    request: { kind: 'selection', path, startLine, endLine, text, symbol },
  };
}

/** What can be delegated at a place: its problems first, then its comments, then the selection itself. */
export function codeOffers(code: CodePlace): readonly CodeOffer[] {
  const problems = code.problems
    .slice(0, mostOffers)
    .map((problem, index): CodeOffer => ({ ...problemOffer(code.path, problem), problem: index }));
  const todos = findTodoComments(code.lines, 0, code.endLine - code.startLine)
    .slice(0, mostOffers)
    .map((comment) => todoOffer(code, comment));
  return [...problems, ...todos, ...selectionOffers(code)];
}

function problemOffer(path: string, problem: Problem): CodeOffer {
  const { message, source, code, startLine, endLine } = problem;
  const reporter = [source, code].filter(Boolean).join(' ');
  const request = { kind: 'diagnostic', path, startLine, endLine, text: message } as const;
  return {
    title: t`${prefix}: Fix "${shorten(message)}"`,
    request: reporter === '' ? request : { ...request, reporter },
  };
}

function todoOffer(code: CodePlace, comment: TodoComment): CodeOffer {
  const startLine = code.startLine + comment.line;
  return {
    title: t`${prefix}: Do "${shorten(comment.text)}"`,
    request: { kind: 'todo', path: code.path, startLine, endLine: startLine + comment.length - 1, text: comment.text },
  };
}

function selectionOffers({ path, startLine, endLine, selection }: CodePlace): readonly CodeOffer[] {
  if (selection.trim() === '' || endLine - startLine > longestSelection) {
    return [];
  }
  return [
    {
      title: t`${prefix}: Work on the Selection`,
      request: { kind: 'selection', path, startLine, endLine, text: selection },
    },
  ];
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > longestTitle ? `${line.slice(0, longestTitle - 1)}…` : line;
}
