import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { retryPause } from '../../../src/core/trace/otlp/answerKind.ts';
import { type OtlpFault, type OtlpReceiver, startOtlpReceiver } from '../../fakes/otlpReceiver.ts';
import { plainAttributes } from '../../fakes/otlpSchema.ts';
import { ExportFolder, ready, until, work } from './exportHarness.ts';

let folder: ExportFolder;
let receiver: OtlpReceiver;

beforeEach(async () => {
  folder = new ExportFolder();
  receiver = await startOtlpReceiver();
});

afterEach(async () => {
  await receiver.close();
  folder.remove();
  expect(receiver.violations).toEqual([]);
});

const cursor = (task: string): number =>
  Number(/\d+/.exec(readFileSync(join(folder.root, 'cursors', `${task}.json`), 'utf8'))?.[0]);

describe('the export of traces', () => {
  it('sends what the traces on disk hold, each span once, and nothing again to the next host', async () => {
    await folder.whole('task-1', 3);
    await folder.whole('task-2', 1);
    const first = folder.exporter(receiver.url);
    const expected = [...(await folder.expected('task-1')), ...(await folder.expected('task-2'))];
    await until('all is there', () => receiver.spans.length >= expected.length);
    await first.stop(1_000);
    expect(receiver.spans).toEqual(expected);
    expect(cursor('task-1')).toBe(16);

    const requests = receiver.requests.length;
    await folder.exporter(receiver.url).stop(1_000);
    expect(receiver.requests.length).toBe(requests);
    expect(folder.warnings).toEqual([]);
  });

  it('follows a task at work, and sends a span that began before a restart of the host', async () => {
    const journal = await folder.begun('task-1', ...work(2).slice(0, 6));
    const first = folder.exporter(receiver.url);
    await until('the first step is there', () => receiver.spans.length === 2);
    await first.stop(1_000);
    const second = folder.exporter(receiver.url);
    for (const item of [...work(2).slice(6), ready]) {
      await journal.append(item);
      second.notice('task-1');
      await delay(3);
    }
    await journal.close();
    const expected = await folder.expected('task-1');
    await until('all is there', () => receiver.spans.length >= expected.length);
    await second.stop(1_000);
    expect(receiver.spans).toEqual(expected);
    expect(receiver.spans.map(({ name }) => name)).toContain('nightshift.task');
  });

  it('takes 2,000 events in requests of bounded size', async () => {
    await folder.whole('task-1', 500);
    const exporter = folder.exporter(receiver.url);
    const expected = await folder.expected('task-1');
    expect(expected).toHaveLength(1_002);
    await until('all is there', () => receiver.spans.length >= expected.length);
    await exporter.stop(1_000);
    expect(receiver.spans).toEqual(expected);
    expect(Math.max(...receiver.requests.map(({ spans }) => spans))).toBeLessThanOrEqual(512);
    expect(receiver.requests.length).toBeGreaterThan(1);
  });

  it('loses nothing while the receiver is down from the start, and says so once', async () => {
    const { port } = receiver;
    await receiver.close();
    await folder.whole('task-1', 3);
    const exporter = folder.exporter(`http://127.0.0.1:${port}`);
    await delay(200);
    expect(existsSync(join(folder.root, 'cursors'))).toBe(false);
    receiver = await startOtlpReceiver(port);
    const expected = await folder.expected('task-1');
    await until('all is there', () => receiver.spans.length >= expected.length);
    await exporter.stop(1_000);
    expect(receiver.spans).toEqual(expected);
    expect(folder.warnings).toEqual([expect.stringContaining('Traces wait for their receiver: no connection')]);
  });

  it.each<[string, OtlpFault[]]>([
    ['answers 503 for a while', Array.from({ length: 5 }, () => ({ kind: 'status', status: 503 }))],
    ['answers 429, 502 and 504', [429, 502, 504].map((status) => ({ kind: 'status', status }))],
    ['resets the connection', [{ kind: 'reset' }, { kind: 'reset' }]],
    ['is slow', [{ kind: 'slow', milliseconds: 300 }]],
  ])('sends each span once to a receiver that %s', async (_, faults) => {
    receiver.faults.push(...faults);
    await folder.whole('task-1', 3);
    const exporter = folder.exporter(receiver.url);
    const expected = await folder.expected('task-1');
    await until('all is there', () => receiver.spans.length >= expected.length);
    await exporter.stop(1_000);
    expect(receiver.spans).toEqual(expected);
    expect(receiver.faults).toEqual([]);
  });

  it('sends the same spans again where it is not known whether they were taken', async () => {
    receiver.faults.push({ kind: 'reset', taken: true });
    await folder.whole('task-1', 3);
    const exporter = folder.exporter(receiver.url);
    const expected = await folder.expected('task-1');
    await until('all is there twice', () => receiver.spans.length >= expected.length * 2);
    await exporter.stop(1_000);
    expect(receiver.spans).toEqual([...expected, ...expected]);
  });

  it('waits as long as the receiver asks for', async () => {
    receiver.faults.push({ kind: 'status', status: 503, retryAfter: '1' });
    await folder.whole('task-1', 1);
    const exporter = folder.exporter(receiver.url, { pause: retryPause });
    await until('it was asked twice', () => receiver.requests.length === 2);
    await exporter.stop(1_000);
    const [first, second] = receiver.requests;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('does not repeat spans that were rejected in part or wholly, goes on with the next, and says so once', async () => {
    receiver.faults.push({ kind: 'partial', rejected: 2, message: 'too old' }, { kind: 'status', status: 400 });
    for (const task of ['task-1', 'task-2', 'task-3']) {
      await folder.whole(task, 1);
    }
    const exporter = folder.exporter(receiver.url);
    await until('three requests were made', () => receiver.requests.length === 3);
    await exporter.stop(1_000);
    expect(receiver.requests).toHaveLength(3);
    expect(receiver.spans).toEqual([
      ...(await folder.expected('task-1')).slice(2),
      ...(await folder.expected('task-3')),
    ]);
    expect(folder.warnings).toEqual([
      'The receiver did not take 2 spans: too old',
      expect.stringContaining('Spans were not taken and are left out: the receiver answered 400'),
    ]);
  });

  it.each([401, 403, 404, 307])('stops at %i without losing anything: the next host sends it', async (status) => {
    receiver.down = { kind: 'status', status };
    await folder.whole('task-1', 1);
    await folder.whole('task-2', 1);
    const exporter = folder.exporter(receiver.url);
    await until('it is told', () => folder.warnings.length > 0);
    exporter.notice('task-2');
    await delay(100);
    await exporter.stop(1_000);
    expect(receiver.requests).toHaveLength(1);
    expect(folder.warnings).toEqual([expect.stringContaining(`the receiver answered ${status}`)]);
    receiver.down = undefined;
    await folder.exporter(receiver.url).stop(1_000);
    expect(receiver.spans).toEqual([...(await folder.expected('task-1')), ...(await folder.expected('task-2'))]);
  });

  it('sends the headers that the user set, compresses where asked for, and content only where asked for', async () => {
    const request = JSON.stringify({
      messages: [
        { role: 'system', content: 'You fix things.' },
        { role: 'user', content: 'Goal: fix it' },
      ],
      tools: [],
    });
    const journal = await folder.begun('task-1', ...work(0).slice(0, 2));
    const artifact = await folder.store.putArtifact('task-1', new TextEncoder().encode(request));
    const [asked, answered, ...rest] = work(1).slice(2);
    const { data } = asked as Extract<typeof asked, { type: 'model-asked' }>;
    await journal.append({ type: 'model-asked', actor: 'host', data: { ...data, request: artifact } });
    for (const item of [answered, ...rest, ready].filter((each) => each !== undefined)) {
      await journal.append(item);
    }
    await journal.close();
    const destination = { url: `${receiver.url}/v1/traces`, headers: { 'x-key': 'k' }, compress: true };
    await folder.exporter(receiver.url, { destination, content: true }).stop(1_000);
    expect(receiver.requests[0]?.headers).toMatchObject({ 'x-key': 'k', 'content-encoding': 'gzip' });
    const chat = receiver.spans.find(({ name }) => name.startsWith('chat'));
    expect(chat === undefined ? {} : plainAttributes(chat)).toMatchObject({
      'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: 'You fix things.' }]),
      'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'Goal: fix it' }] }]),
      'gen_ai.output.messages': expect.stringContaining('"tool_call"'),
    });
  });

  it('says once that a trace cannot be read, exports the others, and forgets tasks that are gone', async () => {
    await folder.whole('task-1', 1);
    await folder.whole('task-2', 1);
    await folder.whole('task-3', 1);
    await folder.exporter(receiver.url).stop(1_000);
    expect(readdirSync(join(folder.root, 'cursors'))).toHaveLength(3);
    await folder.store.remove('task-3');
    const { trace } = folder.files;
    writeFileSync(trace, `${readFileSync(trace, 'utf8')}{"broken"\n`);
    const exporter = folder.exporter(receiver.url);
    exporter.notice('task-1');
    exporter.notice('task-1');
    await exporter.stop(1_000);
    expect(folder.warnings).toEqual([expect.stringContaining('The trace of task-1 is not exported from here on')]);
    expect(readdirSync(join(folder.root, 'cursors')).sort()).toEqual(['task-1.json', 'task-2.json']);
  });

  it('ends with the host within its deadline, also while a receiver does not answer', async () => {
    receiver.down = { kind: 'slow', milliseconds: 5_000 };
    await folder.whole('task-1', 1);
    const exporter = folder.exporter(receiver.url);
    await until('it is asked', () => receiver.requests.length === 1);
    const before = performance.now();
    await exporter.stop(200);
    expect(performance.now() - before).toBeLessThan(1_500);
  });

  it('ends at once while it waits to try again', async () => {
    receiver.down = { kind: 'status', status: 503, retryAfter: '600' };
    await folder.whole('task-1', 1);
    const exporter = folder.exporter(receiver.url, { pause: retryPause });
    await until('it was told to wait', () => folder.warnings.length === 1);
    const before = performance.now();
    await exporter.stop(5_000);
    expect(performance.now() - before).toBeLessThan(500);
  });
});

describe('a host that is killed while it exports', () => {
  const script = fileURLToPath(new URL('exportForever.ts', import.meta.url));

  it('loses no span, and repeats at most the request under way, with the same spans', async () => {
    const tasks = Array.from({ length: 30 }, (_, index) => `task-${index}`);
    for (const task of tasks) {
      await folder.whole(task, 2);
    }
    receiver.down = { kind: 'slow', milliseconds: 10 };
    const kills = 6;
    for (let kill = 1; kill <= kills; kill += 1) {
      const child = spawn(process.execPath, [script, folder.root, receiver.url], { stdio: 'ignore' });
      const goal = Math.min(receiver.requests.length + 3, tasks.length);
      await until('some requests were made', () => receiver.requests.length >= goal);
      await delay(kill * 2);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const expected = (await Promise.all(tasks.map((task) => folder.expected(task)))).flat();
    await folder.exporter(receiver.url).stop(10_000);
    const byId = new Map(expected.map((span) => [`${span.traceId} ${span.spanId}`, span]));
    for (const span of receiver.spans) {
      expect(span).toEqual(byId.get(`${span.traceId} ${span.spanId}`));
    }
    const taken = new Set(receiver.spans.map((span) => `${span.traceId} ${span.spanId}`));
    expect(taken.size).toBe(expected.length);
    const spansOfTask = expected.length / tasks.length;
    expect(receiver.spans.length - expected.length).toBeLessThanOrEqual(kills * spansOfTask);
  });
});
