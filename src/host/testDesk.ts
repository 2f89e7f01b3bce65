import { type Failure, failure } from '../base/failure.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { proveAgain } from '../core/supervisor/proveAgain.ts';
import type { SupervisorPorts } from '../core/supervisor/supervisorPorts.ts';
import { runWorkspaceTests } from '../core/supervisor/workspaceTests.ts';
import { toProofRecord, toTestRunView } from '../core/tasks/proofView.ts';
import { newestProofs } from '../core/tasks/tracedProof.ts';
import type { TaskTrace } from '../core/tasks/taskTrace.ts';
import type { ProofRecord, TestSettings, WorkspaceTests } from '../protocol/proofMethods.ts';
import type { RequestContext } from './rpc/hostService.ts';
import type { TaskDesk } from './taskDesk.ts';
import type { TaskRecord } from './taskRecord.ts';

/** Proofs of one task that clients are told of. */
const mostProofs = 10;

/** Runs tests for a person who asks for them, beside the tasks. */
export class TestDesk {
  private readonly desk: Pick<TaskDesk, 'beside'>;
  private readonly ports: SupervisorPorts;
  private readonly workspace: string;
  /** Tasks whose tests run again, with the wish that they run for. */
  private readonly proving = new Map<
    string,
    { readonly wish: string; readonly proof: Promise<Result<ProofRecord, Failure>> }
  >();

  constructor(desk: Pick<TaskDesk, 'beside'>, ports: SupervisorPorts, workspace: string) {
    this.desk = desk;
    this.ports = ports;
    this.workspace = workspace;
  }

  async proofs(record: Pick<TaskRecord, 'history'>): Promise<readonly ProofRecord[]> {
    const proofs = await newestProofs(record.history(), mostProofs);
    return proofs.map(toProofRecord);
  }

  /** One run at a time for each task; the same wish asked twice is one run. */
  proveAgain(
    record: Pick<TaskRecord, 'id' | keyof TaskTrace>,
    wish: string,
    context: RequestContext,
  ): Promise<Result<ProofRecord, Failure>> {
    const underWay = this.proving.get(record.id);
    if (underWay !== undefined) {
      const busy = failure('already-proving', 'The tests of this task are being run again already; wait for them.');
      return underWay.wish === wish ? underWay.proof : Promise.resolve(fail(busy));
    }
    const proof = this.prove(record, wish, context).finally(() => this.proving.delete(record.id));
    this.proving.set(record.id, { wish, proof });
    return proof;
  }

  private prove(record: TaskTrace, wish: string, context: RequestContext): Promise<Result<ProofRecord, Failure>> {
    return this.desk.beside(context.signal, async (signal) => {
      const trace = told(record, (text) => context.report({ text }));
      const proof = await proveAgain({ ports: this.ports, trace, signal }, wish);
      return proof.ok ? ok(toProofRecord(proof.value)) : proof;
    });
  }

  runTests(settings: TestSettings, context: RequestContext): Promise<Result<WorkspaceTests, Failure>> {
    const { requireGvisor = false, allowUnlimited, testCommand } = settings;
    // No model is asked, so its window is of no account.
    const wish = {
      workspace: this.workspace,
      settings: {
        contextTokens: 1,
        requireGvisor,
        ...(allowUnlimited === true ? { allowUnlimited } : {}),
        ...(testCommand === undefined ? {} : { testCommand }),
      },
    };
    return this.desk.beside(context.signal, async (signal) => {
      const tested = await runWorkspaceTests(this.ports, wish, signal, (text) => context.report({ text }));
      if (!tested.ok) {
        return tested;
      }
      const { command, runner, runtime, report } = tested.value;
      return ok({ command: [...command], runner, runtime, run: toTestRunView(report) });
    });
  }
}

/** The same trace, of which somebody is told what is done: the base runs first, the change second. */
function told(trace: TaskTrace, tell: (text: string) => void): TaskTrace {
  let boxes = 0;
  return {
    task: () => trace.task(),
    putArtifact: (bytes) => trace.putArtifact(bytes),
    history: () => trace.history(),
    record: (entry) => {
      if (typeof entry !== 'function' && entry.type === 'sandbox-started') {
        boxes += 1;
        tell(boxes === 1 ? 'Running the tests without the change' : 'Running the tests with the change');
      }
      return trace.record(entry);
    },
  };
}
