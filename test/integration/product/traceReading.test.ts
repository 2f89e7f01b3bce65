import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../../fakes/otlpReceiver.ts';
import { type OtlpSpan, plainAttributes, spansOfRequest } from '../../fakes/otlpSchema.ts';
import { requireEngine } from '../requirements.ts';
import { mendingTurns } from './counterScript.ts';
import { Product, until } from './product.ts';

const { skip, why } = requireEngine();
const goal = 'down() goes below zero; make it stop there';

describe.skipIf(skip)(`reading the trace of a real run ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;
  let receiver: OtlpReceiver;
  let other: OtlpReceiver;
  let id: string;
  let file: string;
  let bytes: Buffer;

  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    other = await startOtlpReceiver();
    product = new Product({
      fixture: 'node-counter',
      variables: {
        NIGHTSHIFT_SANDBOX_RUNTIME: 'runc',
        NIGHTSHIFT_OTLP_ENDPOINT: receiver.url,
        NIGHTSHIFT_OTLP_HEADERS: 'x-key=a%20b',
        OTEL_EXPORTER_OTLP_ENDPOINT: other.url,
      },
    });
    fake = await startFakeOllama({ script: mendingTurns });
    ({ id } = (await product.task(['run', goal, '--model', 'ollama:scripted', '--ollama-host', fake.url])).task);
    await product.run(['host', 'stop']);
    await until('the host has ended', () => product.hostProcesses().length === 0);
    file = join(product.paths.tasks, id, 'trace.jsonl');
    bytes = readFileSync(file);
  });

  afterAll(async () => {
    await Promise.all([fake.close(), receiver.close(), other.close()]);
    await product.remove();
  });

  const lines = (text: string): Record<string, unknown>[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const parsed = (text: string): OtlpSpan[] => lines(text).flatMap(spansOfRequest);

  it('makes each prompt again from what stands on disk, byte by byte', async () => {
    for (const number of ['1', '4']) {
      const shown = await product.run(['trace', 'show', id, '--prompt', number]);
      expect(shown.stdout).toContain('byte by byte what was sent');
      expect(shown.code).toBe(0);
      expect(shown.stdout).toContain('--- system\nYou are a careful software engineer');
      expect(shown.stdout).toContain(goal);
    }
    const beyond = await product.run(['trace', 'show', id, '--prompt', '5']);
    expect(beyond.stderr).toContain('The task has asked its model 4 times');
  });

  it('was exported while it ran, to the receiver that Nightshift was told of and to no other', () => {
    expect(receiver.violations).toEqual([]);
    expect(other.requests).toEqual([]);
    expect(receiver.requests[0]?.headers['x-key']).toBe('a b');
    const names = receiver.spans.map(({ name }) => name);
    expect(names.filter((name) => name === 'chat scripted')).toHaveLength(4);
    expect(names.filter((name) => name.startsWith('execute_tool'))).toEqual([
      'execute_tool read_file',
      'execute_tool edit_file',
      'execute_tool run_tests',
      'execute_tool finish',
    ]);
    expect(names).toEqual(expect.arrayContaining(['invoke_agent implementer', 'nightshift.proof', 'nightshift.task']));
    expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(new Set(receiver.spans.map(({ spanId }) => spanId)).size).toBe(receiver.spans.length);
    const root = receiver.spans.find(({ parentSpanId }) => parentSpanId === undefined);
    expect(root === undefined ? {} : plainAttributes(root)).toMatchObject({ 'nightshift.state': 'ready' });
    const sent = JSON.stringify(receiver.spans);
    for (const written of [goal, 'counter.js', 'this.#value', 'I look at the counter', product.root]) {
      expect(sent).not.toContain(written);
    }
  });

  it('is the same spans when it is exported by hand, to a file or to a receiver', async () => {
    const printed = await product.run(['trace', 'export', id, '--format', 'otlp']);
    expect(printed).toMatchObject({ code: 0, stderr: '' });
    expect(parsed(printed.stdout)).toEqual(receiver.spans);
    const sent = await product.run([
      'trace',
      'export',
      id,
      '--format',
      'otlp',
      '--endpoint',
      other.url,
      '--header',
      'x-key=c',
    ]);
    expect(sent).toMatchObject({
      code: 0,
      stderr: '',
      stdout: `${receiver.spans.length} spans sent to ${other.url}/v1/traces.\n`,
    });
    expect(other.spans).toEqual(receiver.spans);
    expect(other.requests[0]?.headers['x-key']).toBe('c');
    const open = await product.run(['trace', 'export', id, '--format', 'otlp', '--content']);
    for (const written of [goal, 'this.#value', 'gen_ai.input.messages', 'gen_ai.system_instructions']) {
      expect(open.stdout).toContain(written);
    }
    expect(parsed(open.stdout)).toHaveLength(receiver.spans.length);
  });

  it('is shown as a timeline, without a host, and in full with its prompts', async () => {
    const shown = await product.run(['trace', 'show', id]);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(product.hostProcesses()).toEqual([]);
    for (const part of [
      goal,
      /asked {6}"Goal: down\(\)/,
      /answer {5}.*"I look at the counter first\."/,
      /call {7}read_file \{"path":"src\/counter\.js"\}/,
      /result {5}edit_file/,
      /box .*runc, shared kernel/,
      /proof .*green/,
      /vote .*implementer votes approve/,
      'state      ready',
      'is intact',
    ]) {
      expect(shown.stdout).toMatch(part);
    }
    const full = await product.run(['trace', 'show', id, '--full']);
    expect(full.stdout.length).toBeGreaterThan(shown.stdout.length * 1.5);
    expect(full.stdout).toContain('Math.max(0, this.#value - step)');
  });

  it('is printed as JSON lines, whole, with the check of the trace last', async () => {
    const count = bytes.toString('utf8').split('\n').length - 1;
    for (const words of [
      ['show', id, '--json'],
      ['export', id, '--format', 'json'],
    ]) {
      const printed = await product.run(['trace', ...words]);
      expect(printed).toMatchObject({ code: 0, stderr: '' });
      const all = lines(printed.stdout);
      expect(all.filter(({ type }) => type === 'event')).toHaveLength(count);
      expect(all.at(-1)).toEqual({ type: 'verify', ok: true, events: count });
    }
    const open = lines((await product.run(['trace', 'export', id, '--format', 'json', '--content'])).stdout);
    const artifacts = open.filter(({ type }) => type === 'artifact');
    expect(artifacts.length).toBeGreaterThanOrEqual(4);
    expect(artifacts[0]).toMatchObject({ text: expect.stringContaining(goal) });
  });

  it('is read up to the damage where it was changed, and says so', async () => {
    const text = bytes.toString('utf8');
    const at = text.split('\n', 9).join('\n').length + 1;
    writeFileSync(file, `${text.slice(0, at)}${text.slice(at).replace('"host"', '"user"')}`);
    const shown = await product.run(['trace', 'show', id]);
    expect(shown.code).toBe(1);
    expect(shown.stdout).toContain('snapshot');
    expect(shown.stdout).not.toContain('votes');
    expect(shown.stdout).toMatch(/was changed at line \d+/);
    const printed = await product.run(['trace', 'export', id, '--format', 'json']);
    const all = lines(printed.stdout);
    const events = all.filter(({ type }) => type === 'event').length;
    expect(all.at(-1)).toMatchObject({ type: 'verify', ok: false, events, firstBad: { line: events + 1 } });
    expect(printed.code).toBe(1);
    const spans = await product.run(['trace', 'export', id, '--format', 'otlp']);
    expect(spans).toMatchObject({ code: 1, stderr: expect.stringContaining('was changed at line') });
    expect(parsed(spans.stdout).map(({ name }) => name)).toContain('nightshift.task');
    writeFileSync(file, `${text.slice(0, at)}nonsense\n${text.slice(at)}`);
    const torn = await product.run(['trace', 'show', id, '--json']);
    expect(lines(torn.stdout).at(-1)).toEqual({
      type: 'verify',
      ok: false,
      events: 9,
      firstBad: { line: 10, reason: expect.any(String) },
    });
    writeFileSync(file, bytes);
  });

  it('is followed to its end, and a receiver that never answers costs the task nothing and gets all of it later', async () => {
    receiver.down = { kind: 'slow', milliseconds: 60_000 };
    const before = receiver.spans.length;
    const second = await startFakeOllama({ script: mendingTurns });
    try {
      const words = ['run', goal, '--detach', '--model', 'ollama:scripted', '--ollama-host', second.url];
      const { task } = await product.task(words);
      const followed = await product.run(['trace', 'show', task.id, '--follow', '--json']);
      expect(followed).toMatchObject({ code: 0, stderr: '' });
      const all = lines(followed.stdout);
      const numbers = all.filter(({ type }) => type === 'event').map(({ seq }) => seq);
      expect(numbers).toEqual(numbers.map((_, index) => index));
      expect(all.at(-1)).toEqual({ type: 'verify', ok: true, events: numbers.length });
      expect(all.at(-2)).toMatchObject({ event: 'task-moved', data: { to: 'ready' } });
      await product.run(['host', 'stop']);
      await until('the host has ended', () => product.hostProcesses().length === 0, 6_000);
      expect(receiver.spans.length).toBe(before);

      receiver.down = undefined;
      await product.run(['tasks']);
      const printed = await product.run(['trace', 'export', task.id, '--format', 'otlp']);
      const expected = parsed(printed.stdout);
      await until('all is there', () => receiver.spans.length >= before + expected.length);
      expect(receiver.spans.slice(before)).toEqual(expected);
      const { stdout } = await product.run(['doctor', '--json']);
      expect(lines(stdout)).toContainEqual(expect.objectContaining({ name: 'trace export', status: 'ok' }));
    } finally {
      await second.close();
    }
  });

  it.each([
    [['export', 'ID'], 2, '--format is json or otlp'],
    [['export', 'ID', '--format', 'json', '--endpoint', 'http://127.0.0.1:1'], 2, '--endpoint goes with --format otlp'],
    [['export', 'ID', '--format', 'otlp', '--endpoint', 'ftp://x'], 2, 'Only OTLP over http: and https:'],
    [['export', 'ID', '--format', 'otlp', '--endpoint', 'http://127.0.0.1:1', '--header', 'x'], 2, 'NAME=VALUE'],
    [['export', 'ID', '--format', 'otlp', '--endpoint', 'http://127.0.0.1:1'], 1, 'no request is ever sent to'],
    [['export', 'ID', '--format', 'otlp', '--endpoint', 'http://127.0.0.1:2'], 3, 'Start the receiver'],
    [['show', 'task-none'], 2, 'There is no task "task-none"'],
  ])('refuses %j with %i and one line', async (words, code, message) => {
    const given = words.map((word) => (word === 'ID' ? id : word));
    const refused = await product.run(['trace', ...given]);
    expect(refused).toMatchObject({ code, stderr: expect.stringContaining(message) });
    expect(refused.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
