import type { ChangedFileView, ProofView, TaskView } from '../../protocol/taskView.ts';
import type { ChangedFile } from '../changes/changeset.ts';
import type { Proof, TestCase, TestReport } from '../changes/proof/proof.ts';
import { decisionOf, type FileDecision, isDecided } from './fileDecision.ts';
import { openQuestion, waitsForAnswer } from './question.ts';
import { openComments } from './reviewComment.ts';
import { isReviewed } from './reviewedFile.ts';
import type { ServedWindow, Task } from './task.ts';

/** Tests of a proof that a view names; its counts are of all of them. */
const mostTests = 500;

/** What clients see of a task. `tracePath` is the absolute path of its `trace.jsonl`. */
export function toTaskView(task: Task, tracePath: string): TaskView {
  const { origin, limits, changeset, proof, reason, summary, runtime } = task;
  return {
    id: task.id,
    goal: task.goal,
    state: task.state,
    ...(reason === undefined ? {} : { reason }),
    activity: task.activity,
    createdAt: task.createdAt,
    updatedAt: task.updatedAt,
    model: `${task.model.driver}:${task.model.name}`,
    replay: task.replay,
    ...(task.awaited === undefined ? {} : { awaits: { ...task.awaited } }),
    ...(runtime === undefined ? {} : { runtime }),
    origin: {
      kind: origin.kind,
      ...(origin.file === undefined ? {} : { file: origin.file }),
      ...(origin.startLine === undefined ? {} : { startLine: origin.startLine }),
      ...(origin.endLine === undefined ? {} : { endLine: origin.endLine }),
    },
    ...(changeset === undefined ? {} : { changeset: { hash: changeset.hash, files: toFileViews(task) } }),
    ...(task.takenOver === undefined
      ? {}
      : { takenOver: { directory: task.takenOver.directory, branch: task.takenOver.branch } }),
    ...(task.archived ? { archived: true } : {}),
    ...(summary === undefined ? {} : { summary }),
    ...(task.plan === undefined || task.plan.steps.length === 0 ? {} : { plan: [...task.plan.steps] }),
    ...warningsPart(task),
    refused: [...(task.judgement?.refused ?? [])],
    excluded: [...(task.snapshot?.excluded ?? [])],
    ...(proof === undefined || proof.hash !== changeset?.hash ? {} : { proof: toProofView(proof) }),
    votes: [...task.votes],
    ...(task.findings.length === 0 ? {} : { findings: task.findings.length }),
    ...(task.comments.length === 0 ? {} : { comments: commentCounts(task) }),
    ...questionPart(task),
    usage: { ...task.usage },
    limits: { newTokens: limits.newTokens, steps: limits.steps, seconds: limits.seconds },
    trace: { path: tracePath, events: task.events },
  };
}

function questionPart(task: Task): Pick<TaskView, 'question' | 'answered'> {
  const open = waitsForAnswer(task) ? openQuestion(task) : undefined;
  const answered = task.questions.flatMap(({ question, answer }) =>
    answer === undefined ? [] : [{ question, answer }],
  );
  return {
    ...(open === undefined ? {} : { question: { text: open.question, options: [...open.options] } }),
    ...(answered.length === 0 ? {} : { answered }),
  };
}

function commentCounts(task: Task): NonNullable<TaskView['comments']> {
  const open = openComments(task);
  const answered = open.filter(({ answer }) => answer !== undefined).length;
  return { of: task.comments.length, open: open.length, answered };
}

function warningsPart(task: Task): Pick<TaskView, 'warnings'> {
  const { served, proof, provedAgain, changeset } = task;
  const isDoubted =
    provedAgain !== undefined && provedAgain.hash === changeset?.hash && provedAgain.verdict !== proof?.verdict;
  const warnings = [
    ...(served === undefined ? [] : [windowWarning(served, task)]),
    ...(isDoubted ? [`The tests were run again, and they are ${provedAgain.verdict} now: ${provedAgain.reason}`] : []),
  ];
  return warnings.length === 0 ? {} : { warnings };
}

/** A window smaller than was asked for: what small local models fail of most, and nobody is told. */
function windowWarning({ window, cutTo, cuts }: ServedWindow, { settings, model }: Task): string {
  const has = window === undefined ? '' : ` has a window of ${window} tokens, ${settings.contextTokens} were asked for`;
  const cut =
    cuts === 0 ? '' : ` cut ${cuts === 1 ? 'a prompt' : `${cuts} prompts`} without a word, to ${cutTo ?? 0} tokens`;
  const does = [has, cut].filter((part) => part !== '').join(', and');
  const setting = model.driver === 'ollama' ? `OLLAMA_CONTEXT_LENGTH=${settings.contextTokens}` : 'a larger window';
  return `The model's server${does}; start it with ${setting}, or use a smaller model.`;
}

function toFileViews(task: Task): ChangedFileView[] {
  const judgement = task.judgedHash === task.changeset?.hash ? task.judgement : undefined;
  const reasons = new Map(judgement?.protected.map((file) => [file.path, file.message]));
  return (task.changeset?.files ?? []).map((file) => {
    const why = reasons.get(file.path);
    return {
      path: file.path,
      status: file.status,
      ...(file.renamedFrom === undefined ? {} : { renamedFrom: file.renamedFrom }),
      ...modePart(file),
      additions: file.additions,
      deletions: file.deletions,
      binary: file.binary,
      ...(why === undefined ? {} : { protected: why }),
      applied: task.applied.includes(file.path),
      ...(isReviewed(task, file) ? { reviewed: true } : {}),
      ...decidedPart(decisionOf(task.decisions, file.path)),
    };
  });
}

function modePart({ status, baseMode, resultMode }: ChangedFile): Pick<ChangedFileView, 'executable'> {
  return status === 'modified' && baseMode !== resultMode ? { executable: resultMode === '100755' } : {};
}

function toProofView(proof: Proof): ProofView {
  return {
    verdict: proof.verdict,
    reason: proof.reason,
    hash: proof.hash,
    command: [...proof.command],
    runtime: proof.runtime,
    base: toReportView(proof.base),
    patched: toReportView(proof.patched),
    tests: toTestViews(proof.patched.tests),
  };
}

/** A view is sent with every event of a task: what passed needs no words, and nobody reads thousands of names. */
function toTestViews(tests: readonly TestCase[]): ProofView['tests'] {
  const failed = tests.filter((test) => test.status === 'failed');
  const others = tests.filter((test) => test.status !== 'failed');
  return [...failed, ...others].slice(0, mostTests).map(({ name, status, file, milliseconds, message }) => ({
    name,
    status,
    ...(file === undefined ? {} : { file }),
    ...(milliseconds === undefined ? {} : { milliseconds }),
    ...(message === undefined || status === 'passed' ? {} : { message }),
  }));
}

function toReportView({ passed, failed, skipped, total }: TestReport): ProofView['base'] {
  return { passed, failed, skipped, total };
}

function decidedPart(decision: FileDecision | undefined): Pick<ChangedFileView, 'decided'> {
  if (decision === undefined) {
    return {};
  }
  const { accepted, rejected, of } = decision;
  const refused = rejected === 'whole' ? of : rejected.length;
  return { decided: { accepted: accepted.length, rejected: refused, of, settled: isDecided(decision) } };
}
