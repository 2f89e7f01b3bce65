import type { ChangedFileView, ProofView, TaskView } from '../../protocol/taskView.ts';
import type { Proof, TestReport } from '../changes/proof/proof.ts';
import type { Task } from './task.ts';

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
    tests: proof.patched.tests.map((test) => ({ ...test })),
  };
}

function toReportView({ passed, failed, skipped, total }: TestReport): ProofView['base'] {
  return { passed, failed, skipped, total };
}
