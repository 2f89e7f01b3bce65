import * as z from 'zod';
import type { Sha256 } from '../../base/hash.ts';
import { policyJudgementSchema } from '../policy/pathPolicy.ts';
import { encodeLine, lineHash } from './hashChain.ts';
import type { TraceEvent, TraceEventData, TraceEventType } from './traceEvent.ts';

const hex = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * What this product says of a changeset: an in-toto Statement v1 whose subjects are the changeset and the tree that it leads to.
 * Hashes are SHA-256 in hexadecimal digits; Git's names of trees and commits are as the repository has them.
 */
export const changesetStatementSchema = z.object({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.tuple([
    z.object({ name: z.literal('changeset'), digest: z.object({ sha256: hex }) }),
    z.object({ name: z.literal('result'), digest: z.object({ gitTree: z.string() }) }),
  ]),
  predicateType: z.literal('https://github.com/nightshift-dev/nightshift/changeset/v1'),
  predicate: z.object({
    product: z.string(),
    workspace: z.string(),
    task: z.string(),
    base: z.object({ gitTree: z.string(), gitCommit: z.string().nullable() }),
    model: z.object({ driver: z.string(), name: z.string(), digest: z.string().nullable(), replay: z.boolean() }),
    /** Of the path rules in force, and what they said. */
    policy: z.object({ sha256: z.string().nullable(), judgement: policyJudgementSchema }),
    /** The exact requests to the model, in order: payloads of the trace. */
    prompts: z.array(z.object({ sha256: z.string() })),
    /** `report` is of the test report of the changed tree, as JSON. */
    proof: z.object({
      verdict: z.enum(['green', 'red', 'unverified']),
      runtime: z.string(),
      report: z.object({ sha256: hex }),
    }),
    /** The last line of the trace when this was said. */
    trace: z.object({ lines: z.int().positive(), head: hex }),
  }),
});

export type ChangesetStatement = z.infer<typeof changesetStatementSchema>;

/** Gathers a statement from a trace, event by event, without keeping them. */
export class StatementCollector {
  private readonly sha256: Sha256;
  private readonly prompts: { sha256: string }[] = [];
  private readonly newest: { [T in TraceEventType]?: TraceEventData<T> } = {};
  private last: TraceEvent | undefined;

  constructor(sha256: Sha256) {
    this.sha256 = sha256;
  }

  add(event: TraceEvent): void {
    this.last = event;
    if (event.type === 'proof-ended' && event.data.again !== undefined) {
      return;
    }
    if (event.type === 'model-asked') {
      this.prompts.push({ sha256: event.data.request.sha256 });
    } else if (statedEvents.has(event.type) && !(event.type === 'task-created' && this.newest['task-created'])) {
      Object.assign(this.newest, { [event.type]: event.data });
    }
  }

  /** Undefined while the trace has no judged and proved changeset, or the newest judgement and proof are of another one. */
  statement(): ChangesetStatement | undefined {
    const { newest, last } = this;
    const created = newest['task-created'];
    const snapshot = newest['snapshot-taken'];
    const changeset = newest['changeset-imported']?.changeset;
    const judged = newest['policy-judged'];
    const proved = newest['proof-ended'];
    if (!created || !snapshot || !changeset || !judged || !proved || !last) {
      return undefined;
    }
    if (judged.hash !== changeset.hash || proved.hash !== changeset.hash) {
      return undefined;
    }
    const { proof } = proved;
    return {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [
        { name: 'changeset', digest: { sha256: changeset.hash } },
        { name: 'result', digest: { gitTree: changeset.resultTree } },
      ],
      predicateType: 'https://github.com/nightshift-dev/nightshift/changeset/v1',
      predicate: {
        product: created.product,
        workspace: created.workspace,
        task: created.task,
        base: { gitTree: changeset.baseTree, gitCommit: snapshot.head },
        model: { ...created.model, digest: created.modelDigest ?? null, replay: created.replay },
        policy: { sha256: created.policy ?? null, judgement: judged.judgement },
        prompts: [...this.prompts],
        proof: {
          verdict: proof.verdict,
          runtime: proof.runtime,
          report: { sha256: this.sha256(JSON.stringify(proof.patched)) },
        },
        trace: { lines: last.seq + 1, head: this.headHash(last) },
      },
    };
  }

  private headHash(last: TraceEvent): string {
    return lineHash(new TextEncoder().encode(encodeLine(last, last)), this.sha256);
  }
}

const statedEvents: ReadonlySet<TraceEventType> = new Set<TraceEventType>([
  'task-created',
  'snapshot-taken',
  'changeset-imported',
  'policy-judged',
  'proof-ended',
]);
