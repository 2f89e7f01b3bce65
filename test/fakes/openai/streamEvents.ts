import type http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeWith } from '../ollama/streamAnswer.ts';
import { midStreamError } from './dialect.ts';
import type { OpenaiBody } from './openaiBody.ts';
import { event } from './openaiEvents.ts';
import type { Dialect, OpenaiFakeTurn } from './openaiFakeTurn.ts';

/** Writes the events of an answer to the socket with the faults of a stream. Rejects when `gone` aborts. */
export async function streamEvents(
  response: http.ServerResponse,
  answer: {
    readonly body: OpenaiBody;
    readonly turn: OpenaiFakeTurn;
    readonly dialect: Dialect;
    readonly events: readonly unknown[];
  },
  gone: AbortSignal,
): Promise<void> {
  const { body, turn, dialect, events } = answer;
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const lineEnd = turn.fault === 'commentsAndCrlf' ? '\r\n' : '\n';
  const write = (text: string): Promise<void> =>
    writeWith(response, text.replaceAll('\n', lineEnd), turn.fault === 'splitUtf8', gone);
  if (turn.fault === 'repeatForever') {
    const words = event(body, { content: 'I will now read the file again. '.repeat(32) }, null);
    for (;;) {
      await write(`data: ${JSON.stringify(words)}\n\n`);
      await sleep(1, undefined, { signal: gone });
    }
  }
  const middle = Math.ceil(events.length / 2);
  for (const [at, each] of events.entries()) {
    if (at === middle && (await breakOff(response, turn, dialect, gone))) {
      return;
    }
    if (turn.fault === 'commentsAndCrlf') {
      await write(': ping\n\n\n');
    }
    if (turn.chunkDelayMs !== undefined) {
      await sleep(turn.chunkDelayMs, undefined, { signal: gone });
    }
    await write(`data: ${JSON.stringify(each)}\n\n`);
  }
  if (turn.fault !== 'noDone') {
    await write('data: [DONE]\n\n');
  }
  response.end();
}

/** The faults that strike in the middle; true when the answer is over. */
async function breakOff(
  response: http.ServerResponse,
  turn: OpenaiFakeTurn,
  dialect: Dialect,
  gone: AbortSignal,
): Promise<boolean> {
  switch (turn.fault) {
    case 'stallMid':
      await sleep(600_000, undefined, { signal: gone });
      return true;
    case 'resetMid':
      response.socket?.resetAndDestroy();
      return true;
    case 'truncatedStream':
      response.end();
      return true;
    case 'errorLine':
      // A server ends its answer properly after it: that must not look like a clean end.
      response.end(`${midStreamError(dialect)}\n\ndata: [DONE]\n\n`);
      return true;
    case 'errorField':
      response.end(
        'error: {"code":500,"message":"the model runner has unexpectedly stopped","type":"server_error"}\n\n',
      );
      return true;
    case 'garbageLine':
      response.write('data: {"id":"chatcmpl-1","choices":[{"delta":{"con\n\n');
      return false;
    default:
      return false;
  }
}
