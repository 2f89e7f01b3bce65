import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ChangesetStatement } from '../../../src/core/trace/changesetStatement.ts';
import { signCheckpoint } from '../../../src/core/trace/checkpointNote.ts';
import { openEnvelope, signStatement } from '../../../src/core/trace/signedEnvelope.ts';
import { type TraceEvent, traceEventData, type TraceEventData } from '../../../src/core/trace/traceEvent.ts';
import { sha256 } from '../../../src/node/tasks/sha256.ts';
import { testProtection } from '../../fakes/traceProtection.ts';
import { protection, Workspace } from './deskHarness.ts';

const envelopeSchema = z.object({
  payloadType: z.string(),
  payload: z.string(),
  signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })),
});

let workspace: Workspace;
let id: string;
let events: TraceEvent[];

beforeEach(async () => {
  workspace = new Workspace();
  const ready = await workspace.ready();
  ({ id } = ready);
  await ready.desk.stop();
  events = workspace.events(id);
});

afterEach(() => workspace.remove());

function dataOf<T extends TraceEvent['type']>(type: T): TraceEventData<T> {
  const event = events.find((each) => each.type === type);
  const parsed = traceEventData[type].safeParse(event?.data);
  if (!parsed.success) throw new Error(`There is no ${type}.`);
  return parsed.data as TraceEventData<T>;
}

const artifact = (hash: string): string => join(workspace.root, 'tasks', id, 'artifacts', hash);
const statementFile = (): string => artifact(dataOf('statement-signed').artifact.sha256);

describe('the signed statement of a changeset', () => {
  test('is verified with a crypto library alone, and says what the trace says', () => {
    const { payloadType, payload, signatures } = envelopeSchema.parse(
      JSON.parse(readFileSync(statementFile(), 'utf8')),
    );
    const body = Buffer.from(payload, 'base64');
    const signed = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `), body]);
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), protection.key.publicKey]);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const signature = Buffer.from(signatures[0]?.sig ?? '', 'base64');
    expect(verify(null, signed, key, signature)).toBe(true);
    expect(verify(null, Buffer.concat([signed, Buffer.from(' ')]), key, signature)).toBe(false);

    const statement = JSON.parse(body.toString('utf8'));
    const { changeset } = dataOf('changeset-imported');
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [
        { name: 'changeset', digest: { sha256: changeset.hash } },
        { name: 'result', digest: { gitTree: changeset.resultTree } },
      ],
      predicate: {
        task: id,
        product: 'test',
        base: { gitTree: changeset.baseTree, gitCommit: dataOf('snapshot-taken').head },
        model: { driver: 'replay', name: 'script', digest: null, replay: true },
        policy: { judgement: { refused: [], protected: [] } },
        proof: {
          verdict: 'green',
          report: { sha256: sha256(JSON.stringify(dataOf('proof-ended').proof.patched)) },
        },
      },
    });
    const prompts = events.flatMap((event) => (event.type === 'model-asked' ? [event.data.request.sha256] : []));
    expect(prompts).toHaveLength(2);
    expect(statement.predicate.prompts).toEqual(prompts.map((hash) => ({ sha256: hash })));
    for (const hash of prompts) {
      expect(
        createHash('sha256')
          .update(readFileSync(artifact(hash)))
          .digest('hex'),
      ).toBe(hash);
    }
    const lines = readFileSync(workspace.trace(id), 'utf8').split('\n');
    const { head, lines: count } = statement.predicate.trace;
    expect(
      createHash('sha256')
        .update(lines[count - 1] ?? '')
        .digest('hex'),
    ).toBe(head);
    expect(events[count]?.type).toBe('statement-signed');
  });

  test('stands once, right before the task becomes ready, and stays one after a restart', async () => {
    const types = (): string[] => workspace.events(id).map(({ type }) => type);
    expect(types().slice(-2)).toEqual(['statement-signed', 'task-moved']);
    const { desk } = workspace.desk();
    await desk.load();
    await desk.stop();
    expect(types().filter((type) => type === 'statement-signed')).toHaveLength(1);
    expect(await workspace.verify(id)).toMatchObject({ ok: true });
  });
});

describe('the verification of a trace', () => {
  const line = (type: TraceEvent['type']): number => events.findIndex((event) => event.type === type) + 1;

  test('finds a statement that another key signed, put in its place with its hash', async () => {
    const opened = openEnvelope(readFileSync(statementFile(), 'utf8'), { key: protection.key, sha256 });
    if (!opened.ok) throw new Error(opened.error);
    const foreign = signStatement(opened.value, { key: testProtection('another').key, sha256 });
    writeFileSync(statementFile(), foreign);
    expect(await workspace.verify(id)).toMatchObject({
      ok: false,
      firstBad: { line: line('statement-signed'), reason: expect.stringContaining('is no longer what was kept') },
    });
    expect(openEnvelope(foreign, { key: protection.key, sha256 })).toMatchObject({ ok: false });
  });

  test.each([
    ['a removed', () => rmSync(artifact(dataOf('model-asked').request.sha256)), 'is missing', 'model-asked'],
    [
      'an altered',
      () => writeFileSync(artifact(dataOf('model-asked').request.sha256), '{}'),
      'is no longer what was kept',
      'model-asked',
    ],
    ['a removed statement as', () => rmSync(statementFile()), 'is missing', 'statement-signed'],
  ] as const)('names the line of %s payload', async (_, change, why, type) => {
    expect(await workspace.verify(id)).toMatchObject({ ok: true });
    change();
    expect(await workspace.verify(id)).toMatchObject({
      ok: false,
      firstBad: { line: line(type), reason: expect.stringContaining(why) },
    });
  });
});

describe('a statement that this key signed', () => {
  const changes: readonly [string, (statement: ChangesetStatement) => ChangesetStatement][] = [
    ['another verdict', (s) => withPredicate(s, { proof: { ...s.predicate.proof, verdict: 'unverified' } })],
    ['fewer prompts', (s) => withPredicate(s, { prompts: s.predicate.prompts.slice(1) })],
    ['another place in the trace', (s) => withPredicate(s, { trace: { ...s.predicate.trace, lines: 3 } })],
    ['another task', (s) => withPredicate(s, { task: 'task-0' })],
  ];

  test.each(changes)('and that says %s is found', async (_, change) => {
    const opened = openEnvelope(readFileSync(statementFile(), 'utf8'), { key: protection.key, sha256 });
    if (!opened.ok) throw new Error(opened.error);
    const other = signStatement(change(opened.value), { key: protection.key, sha256 });
    // Its hash in the trace and the chain after it are made to fit, as who has the key can.
    const hash = sha256(other);
    writeFileSync(artifact(hash), other);
    const at = events.findIndex(({ type }) => type === 'statement-signed');
    const lines: string[] = readFileSync(workspace.trace(id), 'utf8').split('\n').slice(0, at);
    for (const event of events.slice(at)) {
      const data =
        event.type === 'statement-signed'
          ? { hash: event.data.hash, artifact: { sha256: hash, bytes: other.length } }
          : event.data;
      const prev = sha256(lines.at(-1) ?? '');
      lines.push(
        JSON.stringify({ v: 1, seq: event.seq, ts: event.ts, type: event.type, actor: event.actor, data, prev }),
      );
    }
    const head = { seq: lines.length - 1, hash: sha256(lines.at(-1) ?? '') };
    writeFileSync(workspace.trace(id), lines.map((each) => `${each}\n`).join(''));
    const name = { workspace: 'x', task: id };
    writeFileSync(workspace.head(id), signCheckpoint(name, head, 0, { key: protection.key, sha256 }));
    expect(await workspace.verify(id)).toMatchObject({
      ok: false,
      firstBad: { line: at + 1, reason: 'the statement that it names does not say what the lines before it say' },
    });
  });

  function withPredicate(
    statement: ChangesetStatement,
    changed: Partial<ChangesetStatement['predicate']>,
  ): ChangesetStatement {
    return { ...statement, predicate: { ...statement.predicate, ...changed } };
  }
});

describe('what an agent was told', () => {
  test('stands in the trace before the first question, with its source and whether others may have written it', () => {
    const { text, source, tainted } = dataOf('context-added');
    expect({ text, source, tainted }).toEqual({ text: 'Goal: Fix the failing test', source: 'goal', tainted: false });
    const asked = readFileSync(artifact(dataOf('model-asked').request.sha256), 'utf8');
    expect(asked).toContain(JSON.stringify(text).slice(1, -1));
    expect(events.findIndex(({ type }) => type === 'context-added')).toBeLessThan(
      events.findIndex(({ type }) => type === 'model-asked'),
    );
  });
});
