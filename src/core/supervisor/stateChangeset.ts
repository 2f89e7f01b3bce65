import { proposeMove } from '../tasks/taskMoves.ts';
import { StatementCollector } from '../trace/changesetStatement.ts';
import { signStatement } from '../trace/signedEnvelope.ts';
import type { Assignment } from './supervisorPorts.ts';

/** Signs what is known of the changeset, once, where the task is about to become ready with it. */
export async function stateChangeset({ ports, trace }: Assignment): Promise<void> {
  const task = trace.task();
  const hash = task.changeset?.hash;
  if (hash === undefined || task.statement?.hash === hash || !proposeMove(task, 'finish', 'host').allowed) {
    return;
  }
  const collector = new StatementCollector(ports.sha256);
  for await (const event of trace.history()) {
    collector.add(event);
  }
  const statement = collector.statement();
  if (statement?.subject[0].digest.sha256 !== hash) {
    throw new Error(`The trace of ${task.id} does not tell of the changeset ${hash} that its task has.`);
  }
  const envelope = new TextEncoder().encode(signStatement(statement, ports));
  const artifact = await trace.putArtifact(envelope);
  if (artifact.sha256 !== ports.sha256(envelope)) {
    throw new Error(`The signed statement of ${task.id} was not kept as it is.`);
  }
  await trace.record({ type: 'statement-signed', actor: 'host', data: { hash, artifact } });
}
