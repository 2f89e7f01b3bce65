import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { ProofRecord } from '../../protocol/proofMethods.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { sideAddress } from '../review/sideAddress.ts';
import { taskTitle } from '../tasks/taskText.ts';
import { nodeIds, type TestNode, testNodes } from './testNodes.ts';
import { dropOthers, showOutcomes, skipOthers, terminalLines } from './testRows.ts';

interface Shown {
  readonly controller: vscode.TestController;
  readonly tag: vscode.TestTag;
  readonly item: vscode.TestItem;
  readonly reference: TaskReference;
}

/**
 * Begins the run of the editor for one side of a proof; `request` is the person's own, where they asked for it. What a task proved is
 * kept by its trace, so the editor need not keep it as well.
 */
export function beginSide({ controller, item, reference }: Shown, side: ProofSide, request?: vscode.TestRunRequest) {
  const name = `${sideWords[side]}: ${taskTitle(reference.task)}`;
  return controller.createTestRun(request ?? new vscode.TestRunRequest([item]), name, false);
}

type ProofSide = 'base' | 'patched';

const sideWords: Readonly<Record<ProofSide, string>> = { base: t('Before the change'), patched: t('With the change') };

/** Milliseconds between the ends of the two runs: the editor shows a test as the run says that ended last, and asks the clock. */
const apartMs = 20;

/**
 * Shows both sides of a proof, the base first, so that a row is what it is with the change; `patched` is the run that was begun for it,
 * where there is one. Ends the runs.
 */
export async function showProof(shown: Shown, proof: ProofRecord, patched?: vscode.TestRun): Promise<void> {
  const [base = [], changed = []] = testNodes([proof.base, proof.patched], proof.command);
  dropOthers(shown.item, new Set([...nodeIds(base), ...nodeIds(changed)]));
  showSide(shown, proof, 'base', base, beginSide(shown, 'base'));
  await new Promise((resolve) => setTimeout(resolve, apartMs));
  showSide(shown, proof, 'patched', changed, patched ?? beginSide(shown, 'patched'));
  await new Promise((resolve) => setTimeout(resolve, apartMs));
}

function showSide(
  { controller, tag, item, reference }: Shown,
  proof: ProofRecord,
  side: ProofSide,
  nodes: readonly TestNode[],
  run: vscode.TestRun,
): void {
  const addressOf = (path: string): vscode.Uri =>
    addressOn(reference, proof.hash, path, side === 'base' ? 'base' : 'result');
  const about = side === 'patched' ? { withChangesOf: taskTitle(reference.task) } : {};
  showOutcomes({ controller, tag, run, addressOf, about, side: sideWords[side] }, item, nodes);
  skipOthers(run, item, nodeIds(nodes));
  const { cannotRun, output } = proof[side];
  const asked = proof.again === undefined ? t('proof of the task') : t('run again on request');
  const lines = [
    `${sideWords[side]}, ${asked}, ${new Date(proof.at).toLocaleString()}`,
    `${proof.verdict}: ${proof.reason}`,
    ...(proof.command.length === 0 ? [] : [`$ ${proof.command.join(' ')}`, t`Sandbox: ${proof.runtime}`]),
    ...(cannotRun === undefined ? [] : [cannotRun]),
    '',
    output,
  ];
  run.appendOutput(terminalLines(lines.join('\n')));
  run.end();
}

/** Read-only, as the tests saw it: the checkout may be another one by now. */
function addressOn({ root, task }: TaskReference, hash: string, path: string, side: 'base' | 'result'): vscode.Uri {
  return vscode.Uri.parse(sideAddress({ root, task: task.id, path, side, hash }), true);
}
