import * as vscode from 'vscode';
import type { FailedTest } from './failedTest.ts';
import { rememberFailure } from './readTest.ts';
import type { TestNode, TestOutcome } from './testNodes.ts';

/** Where a file that the tests name can be opened. */
export type AddressOf = (path: string) => vscode.Uri;

export interface ShownRun {
  readonly controller: vscode.TestController;
  readonly tag: vscode.TestTag;
  readonly run: vscode.TestRun;
  readonly addressOf: AddressOf;
  /** What a new task is told beside a failure. */
  readonly about: Pick<FailedTest, 'withChangesOf'>;
  /** Begins each failure's words: the editor gives older runs no name but their time. */
  readonly side: string;
}

/** Makes the rows of a run below an item, where they are not there yet, and tells the run how each of them went. */
export function showOutcomes(shown: ShownRun, parent: vscode.TestItem, nodes: readonly TestNode[]): void {
  for (const node of nodes) {
    const item = rowOf(shown, parent, node);
    showOutcomes(shown, item, node.children);
    if (node.outcome !== undefined) {
      showOutcome(shown, item, node, node.outcome);
    }
  }
}

/** Shows that the tests run: those that are known from an earlier run, else what they are in. */
export function startRows(run: vscode.TestRun, top: vscode.TestItem): void {
  const known = rowsBelow(top).filter((item) => item.children.size === 0);
  for (const item of known.length === 0 ? [top] : known) {
    run.started(item);
  }
}

/** Rows that a run has nothing to say of, though another one of the same tests had. */
export function skipOthers(run: vscode.TestRun, top: vscode.TestItem, told: ReadonlySet<string>): void {
  for (const item of rowsBelow(top)) {
    if (item.children.size === 0 && !told.has(idBelow(top, item))) {
      rememberFailure(item, undefined);
      run.skipped(item);
    }
  }
}

/** Takes away the rows of tests that are no more. */
export function dropOthers(top: vscode.TestItem, known: ReadonlySet<string>): void {
  for (const item of rowsBelow(top)) {
    if (!known.has(idBelow(top, item))) {
      item.parent?.children.delete(item.id);
    }
  }
}

function rowsBelow(item: vscode.TestItem): readonly vscode.TestItem[] {
  return [...item.children].flatMap(([, child]) => [child, ...rowsBelow(child)]);
}

function idBelow(top: vscode.TestItem, item: vscode.TestItem): string {
  return item.id.slice(top.id.length + 1);
}

function rowOf({ controller, tag, addressOf }: ShownRun, parent: vscode.TestItem, node: TestNode): vscode.TestItem {
  const id = `${parent.id}/${node.id}`;
  const known = parent.children.get(id);
  const item =
    known ?? controller.createTestItem(id, node.label, node.path === undefined ? undefined : addressOf(node.path));
  item.tags = [tag];
  if (node.line !== undefined) {
    item.range = new vscode.Range(node.line - 1, 0, node.line - 1, 0);
  }
  if (known === undefined) {
    parent.children.add(item);
  }
  return item;
}

function showOutcome(shown: ShownRun, item: vscode.TestItem, node: TestNode, outcome: TestOutcome): void {
  const { run, about } = shown;
  const { status, milliseconds, message, expected, actual, place } = outcome;
  const isFailure = status === 'failed' || status === 'errored';
  const line = place?.line ?? node.line;
  rememberFailure(
    item,
    isFailure
      ? {
          message,
          ...about,
          ...(line === undefined ? {} : { line }),
          ...(expected === undefined || actual === undefined ? {} : { expected, actual }),
        }
      : undefined,
  );
  switch (status) {
    case 'passed':
      return run.passed(item, milliseconds);
    case 'skipped':
      return run.skipped(item);
    case 'failed':
      return run.failed(item, testMessage(shown, node, outcome), milliseconds);
    case 'errored':
      return run.errored(item, testMessage(shown, node, outcome), milliseconds);
  }
}

function testMessage(
  { addressOf, side }: ShownRun,
  { path, line }: TestNode,
  { message: words, expected, actual, place }: TestOutcome,
): vscode.TestMessage {
  const message = side === '' ? words : `${side}: ${words}`;
  const said =
    expected === undefined || actual === undefined
      ? new vscode.TestMessage(message)
      : vscode.TestMessage.diff(message, expected, actual);
  const at = place ?? (path === undefined || line === undefined ? undefined : { path, line, column: 1 });
  if (at !== undefined) {
    said.location = new vscode.Location(addressOf(at.path), new vscode.Position(at.line - 1, at.column - 1));
  }
  return said;
}

/** The lines as the editor's terminal of test results wants them. */
export function terminalLines(text: string): string {
  return `${text.replace(/\r?\n/g, '\r\n').trimEnd()}\r\n`;
}
