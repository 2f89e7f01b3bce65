import { escapedJson } from '../../base/plainText.ts';
import type { HostResult } from '../../protocol/host.ts';
import { storageSums } from '../../protocol/storage.ts';
import type { ProofView, TaskView } from '../../protocol/taskView.ts';
import type { Output } from '../cliIo.ts';
import { rolesOf } from './modelText.ts';
import type { Writer } from './writer.ts';

/** One object a line. The shape of each last line is a contract with whoever reads it. */
export function createJsonWriter(output: Output): Writer {
  const write = (line: object): void => output.write(`${escapedJson(line)}\n`);
  const quiet = (): void => undefined;
  return {
    started: quiet,
    note: quiet,
    patch: quiet,
    progress: (task, { seq, ts, type, actor, data }) =>
      write({ type: 'event', task, seq, ts, actor, event: type, data }),
    taskList: (tasks) => tasks.forEach((task) => write(taskLine(task))),
    detached: (task) => write(taskLine(task)),
    task: (task) => write(taskLine(task)),
    applied: ({ task, conflicts, remaining, placed }: HostResult<'applyTask'>) => {
      conflicts.forEach((conflict) => write({ type: 'conflict', ...conflict }));
      remaining.forEach((path) => write({ type: 'remaining', path }));
      if (placed !== undefined) {
        write({ type: 'placed', ...placed });
      }
      write(taskLine(task));
    },
    takenOver: ({ task, directory, branch, files, left }: HostResult<'takeOver'>) => {
      write({ type: 'taken-over', directory, branch, files, left });
      write(taskLine(task));
    },
    undone: ({ task, conflicts }: HostResult<'undoAccept'>) => {
      conflicts.forEach((conflict) => write({ type: 'conflict', ...conflict }));
      write(taskLine(task));
    },
    hunks: (path, hunks) => {
      hunks?.forEach((hunk) => write({ type: 'hunk', ...hunk }));
      write({ type: 'hunks', path, count: hunks?.length ?? null });
    },
    comments: (comments) => {
      comments.forEach((comment) => write({ type: 'comment', ...comment }));
      write({ type: 'comments', count: comments.length });
    },
    findings: (findings) => {
      findings.forEach((finding) => write({ type: 'finding', ...finding }));
      write({ type: 'findings', count: findings.length });
    },
    findingsImported: (result) => write({ type: 'findings-imported', ...result }),
    verified: (_, { ok, events, firstBad }) =>
      write({ type: 'verify', ok, events, ...(firstBad === undefined ? {} : { firstBad }) }),
    traceKey: ({ verifierKey, fingerprint }) => write({ type: 'key', verifierKey, fingerprint }),
    check: ({ name, status, detail, fix, command }) =>
      write({
        type: 'check',
        name,
        status,
        detail,
        ...(fix === undefined ? {} : { fix }),
        ...(command === undefined ? {} : { command }),
      }),
    doctor: (ok) => write({ type: 'doctor', ok }),
    cleaned: ({ items, problems, freedBytes }, applied) => {
      items.forEach((item) => write({ type: 'item', ...item }));
      storageSums(items).forEach((sum) => write({ type: 'storage', ...sum }));
      problems.forEach((problem) => write({ type: 'problem', problem }));
      const count = (action: string): number => items.filter((item) => item.action === action).length;
      write({
        type: 'clean',
        dryRun: !applied,
        removed: count('removed'),
        removable: count('removable'),
        kept: count('kept'),
        failed: count('failed'),
        freedBytes,
        ok: problems.length === 0 && count('failed') === 0,
      });
    },
    environment: (view) => write({ type: 'environment', ...view }),
    agreeing: (view) => write({ type: 'environment', ...view }),
    agreed: (view) => write({ type: 'environment', ...view }),
    models: ({ models, ...list }, chosen) => {
      models.forEach((model) => write({ type: 'model', ...model, roles: rolesOf(model.id, list, chosen) }));
      write({ type: 'models', count: models.length, chosen, ...list });
    },
    modelProgress: (progress) => write({ type: 'progress', ...progress }),
    model: (model) => write({ type: 'model', ...model }),
    guidance: (files) => write({ type: 'guidance', files }),
    recalled: ({ hits, ...result }, id) => {
      const question = id === undefined ? {} : { id };
      hits.forEach((hit) => write({ type: 'hit', ...question, ...hit }));
      write({ type: 'recall', ...question, count: hits.length, ...result });
    },
    related: (result) => write({ type: 'related', ...result }),
    memory: (status) => write({ type: 'memory', ...status }),
    explained: (explained) => write({ type: 'explained', ...explained }),
    episodes: (episodes) => episodes.forEach((episode) => write({ type: 'episode', ...episode })),
    forgotten: (forgotten) => write({ type: 'forgotten', ...forgotten }),
    hostStopped: (stopped) => write({ type: 'host', stopped }),
  };
}

/** `changeset` and `proof` are null until there are some; `reason` is `code: message`. */
export function taskLine({ id, state, reason, changeset, proof, votes, usage }: TaskView): object {
  return {
    type: 'task',
    id,
    state,
    ...(reason === undefined ? {} : { reason: `${reason.code}: ${reason.message}` }),
    changeset:
      changeset === undefined
        ? null
        : {
            hash: changeset.hash,
            files: changeset.files.map(({ path, status, additions, deletions }) => ({
              path,
              status,
              additions,
              deletions,
            })),
          },
    proof:
      proof === undefined ? null : { verdict: proof.verdict, base: counts(proof.base), patched: counts(proof.patched) },
    votes: votes.map(({ agent, vote, hash, reason: why }) => ({ agent, vote, hash, reason: why })),
    usage: {
      newTokens: usage.newTokens,
      tokens: usage.tokens,
      steps: usage.steps,
      seconds: Math.round(usage.seconds * 1_000) / 1_000,
    },
  };
}

function counts({ passed, failed, total }: ProofView['base']): object {
  return { passed, failed, total };
}
