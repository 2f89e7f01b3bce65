import { describe, expect, test } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import type { Entity, GraphResult } from '../../../../src/protocol/memory.ts';
import { GraphBrowser } from '../../../../src/vscode/memory/graph/graphBrowser.ts';
import { graphHtml } from '../../../../src/vscode/memory/graph/graphHtml.ts';
import { type ToPage, toPageSchema } from '../../../../src/vscode/memory/graph/graphMessages.ts';

const entity = (id: string): Entity => ({ id, kind: 'file', label: id });
const around = (id: string): GraphResult => ({
  center: entity(id),
  others: [],
  entities: [entity(`${id}+`)],
  edges: [],
});

function browser() {
  const posted: ToPage[] = [];
  const opened: string[] = [];
  const faults: string[] = [];
  const titles: string[] = [];
  const answers = {
    ask: async (id: string) => (id === 'none' ? ok({ others: [], entities: [], edges: [] }) : ok(around(id))),
  };
  const signals: AbortSignal[] = [];
  const made = new GraphBrowser({
    ask: (id, signal): ReturnType<ConstructorParameters<typeof GraphBrowser>[0]['ask']> => {
      signals.push(signal);
      return answers.ask(id);
    },
    post: (message) => void posted.push(toPageSchema.parse(message)),
    open: async ({ id }) => void opened.push(id),
    onCenter: ({ label }) => void titles.push(label),
    onFault: (message) => void faults.push(message),
  });
  const last = (): unknown => {
    const message = posted.at(-1);
    return message?.type === 'graph' ? [message.graph.center?.id, message.canGoBack] : message;
  };
  return { made, posted, opened, faults, titles, last, answers, signals };
}

describe('looking through the graph', () => {
  test('goes on to what is put in the middle, and back', async () => {
    const { made, last, titles } = browser();
    await made.show('a');
    expect(last()).toEqual(['a', false]);
    await made.receive({ type: 'center', id: 'b' });
    await made.receive({ type: 'center', id: 'c' });
    expect(last()).toEqual(['c', true]);
    await made.receive({ type: 'back' });
    expect(last()).toEqual(['b', true]);
    await made.receive({ type: 'back' });
    await made.receive({ type: 'back' });
    expect(last()).toEqual(['a', false]);
    expect(titles).toEqual(['a', 'b', 'c', 'b', 'a']);
  });

  test('putting the same in the middle twice is one step', async () => {
    const { made, last } = browser();
    await made.show('a');
    await made.show('a');
    expect(last()).toEqual(['a', false]);
  });

  test('a page that starts anew gets what was on it', async () => {
    const { made, posted, last } = browser();
    await made.receive({ type: 'ready' });
    expect(posted).toEqual([]);
    await made.show('a');
    await made.receive({ type: 'ready' });
    expect(last()).toEqual(['a', false]);
  });

  test('what is not known, or fails, is said and changes nothing', async () => {
    const { made, posted, last, answers } = browser();
    await made.show('a');
    await made.receive({ type: 'center', id: 'none' });
    expect(last()).toEqual({ type: 'problem', message: 'Nothing is known of none yet.' });
    answers.ask = async () => fail(failure('memory-off', 'The memory is off.')) as never;
    await made.show('b');
    expect(last()).toEqual({ type: 'problem', message: 'The memory is off.' });
    expect(posted.filter(({ type }) => type === 'graph').at(-1)).toMatchObject({ graph: { center: { id: 'a' } } });
  });

  test('a newer question ends the older one, whose answer is not shown', async () => {
    const { made, posted, answers, signals } = browser();
    let release = (): void => undefined;
    answers.ask = (id) =>
      id === 'slow'
        ? new Promise((resolve) => (release = () => resolve(ok(around(id)))))
        : Promise.resolve(ok(around(id)));
    const slow = made.show('slow');
    await made.show('fast');
    release();
    await slow;
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    const drawn = posted.flatMap((message) => (message.type === 'graph' ? [message.graph.center?.id] : []));
    expect(drawn).toEqual(['fast']);
  });

  test('opens only what is on the page, and takes no message that is not one', async () => {
    const { made, opened, faults } = browser();
    await made.show('a');
    await made.receive({ type: 'open', id: 'a+' });
    await made.receive({ type: 'open', id: 'file:/etc/passwd' });
    for (const message of [
      undefined,
      null,
      'ready',
      { type: 'open' },
      { type: 'run', id: 'a' },
      { type: 'center', id: '' },
    ]) {
      await made.receive(message);
    }
    expect(opened).toEqual(['a+']);
    expect(faults).toHaveLength(7);
  });
});

test('the page loads and runs nothing but what carries its nonce', () => {
  const html = graphHtml({ script: 'https://x/graphPage.js', nonce: 'abc', language: 'en', words: undefined });
  expect(html).toContain(`content="default-src 'none'; style-src 'nonce-abc'; script-src 'nonce-abc'"`);
  expect(html.match(/<(script|style)(?! nonce="abc")/g)).toBeNull();
  expect(html).not.toMatch(/ on\w+=| style="/);
  expect(html).toMatch(/role="status" aria-live="polite"/);
});
