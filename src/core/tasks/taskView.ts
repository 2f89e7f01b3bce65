import type { ChangedFileView, ProofView, TaskView } from '../../protocol/taskView.ts';
import type { Proof, TestCase, TestReport } from '../changes/proof/proof.ts';
import type { Task } from './task.ts';

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
    ...(runtime === undefined ? {} : { runtime }),
    origin: {
      kind: origin.kind,
      ...(origin.file === undefined ? {} : { file: origin.file }),
      ...(origin.startLine === undefined ? {} : { startLine: origin.startLine }),
      ...(origin.endLine === undefined ? {} : { endLine: origin.endLine }),
    },
    ...(changeset === undefined ? {} : { changeset: { hash: changeset.hash, files: toFileViews(task) } }),
    ...(summary === undefined ? {} : { summary }),
    refused: [...(task.judgement?.refused ?? [])],
    excluded: [...(task.snapshot?.excluded ?? [])],
    ...(proof === undefined || proof.hash !== changeset?.hash ? {} : { proof: toProofView(proof) }),
    votes: [...task.votes],
    usage: { ...task.usage },
    limits: { newTokens: limits.newTokens, steps: limits.steps, seconds: limits.seconds },
    trace: { path: tracePath, events: task.events },
  };
}

function toFileViews(task: Task): ChangedFileView[] {
  const judgement = task.judgedHash === task.changeset?.hash ? task.judgement : undefined;
  const reasons = new Map(judgement?.protected.map((file) => [file.path, file.message]));
  return (task.changeset?.files ?? []).map((file) => {
    const why = reasons.get(file.path);
    return {
      path: file.path,
      status: file.status,
      additions: file.additions,
      deletions: file.deletions,
      binary: file.binary,
      ...(why === undefined ? {} : { protected: why }),
      applied: task.applied.includes(file.path),
    };
  });
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
