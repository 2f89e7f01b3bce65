import type * as vscode from 'vscode';
import { parseSide } from '../review/sideAddress.ts';
import type { FailedTest } from './failedTest.ts';

/** What a test of ours failed with last, by its item: the editor tells other extensions' failures only with a message. */
const lastFailures = new WeakMap<
  object,
  Pick<FailedTest, 'message' | 'expected' | 'actual' | 'line' | 'withChangesOf'>
>();

export function rememberFailure(
  item: vscode.TestItem,
  failure: Omit<FailedTest, 'id' | 'name' | 'path'> | undefined,
): void {
  if (failure === undefined) {
    lastFailures.delete(item);
  } else {
    lastFailures.set(item, failure);
  }
}

/** What a menu of the editor's tests calls with: a test, or a test with one of its messages. Undefined for anything else. */
export function readTest(argument: unknown): FailedTest | undefined {
  if (isItem(argument)) {
    return { ...described(argument), message: '', ...lastFailures.get(argument) };
  }
  const test = field(argument, 'test');
  return isItem(test)
    ? { ...described(test), message: '', ...lastFailures.get(test), ...messageOf(field(argument, 'message')) }
    : undefined;
}

function described(item: vscode.TestItem): Pick<FailedTest, 'id' | 'name' | 'path' | 'line'> {
  const { uri, range } = item;
  const side = uri === undefined ? undefined : parseSide(uri);
  const path = side === undefined ? (uri?.scheme === 'file' ? uri.fsPath : undefined) : `${side.root}/${side.path}`;
  return {
    id: item.id,
    name: namesOf(item).join(' > '),
    ...(path === undefined ? {} : { path }),
    ...(range === undefined ? {} : { line: range.start.line + 1 }),
  };
}

/** Of the test and what it is in, without what stands for its file or for a task. */
function namesOf(item: vscode.TestItem): readonly string[] {
  const { parent } = item;
  const isOwn = parent !== undefined && parent.parent !== undefined && parent.range !== undefined;
  return [...(isOwn ? namesOf(parent) : []), item.label];
}

function messageOf(message: unknown): Partial<Pick<FailedTest, 'message' | 'expected' | 'actual' | 'line'>> {
  const text = field(message, 'message');
  const [expected, actual] = [field(message, 'expectedOutput'), field(message, 'actualOutput')];
  // Markdown has its text as a value.
  const said = typeof text === 'string' ? text : field(text, 'value');
  const line = field(field(field(field(message, 'location'), 'range'), 'start'), 'line');
  return {
    ...(typeof said === 'string' ? { message: said } : {}),
    ...(typeof expected === 'string' ? { expected } : {}),
    ...(typeof actual === 'string' ? { actual } : {}),
    ...(typeof line === 'number' ? { line: line + 1 } : {}),
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function isItem(value: unknown): value is vscode.TestItem {
  return typeof field(value, 'id') === 'string' && typeof field(value, 'label') === 'string';
}
