import type http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, line } from './answerChunks.ts';
import type { ChatBody } from './chatBody.ts';
import type { FakeTurn } from './fakeTurn.ts';

/** Writes an answer to the socket with the faults of a stream. Rejects when `gone` aborts. */
export async function streamAnswer(
  response: http.ServerResponse,
  body: ChatBody,
  turn: FakeTurn,
  answer: Answer,
  gone: AbortSignal,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  if (turn.fault === 'repeatForever') {
    await repeat(response, body, gone);
  }
  const middle = Math.ceil(answer.chunks.length / 2);
  for (const [at, chunk] of answer.chunks.entries()) {
    if (at === middle && (await breakOff(response, turn, gone))) {
      return;
    }
    if (turn.chunkDelayMs !== undefined) {
      await sleep(turn.chunkDelayMs, undefined, { signal: gone });
    }
    await writeWith(response, `${JSON.stringify(chunk)}\n`, turn.fault === 'splitUtf8', gone);
  }
  if (answer.error !== undefined) {
    await writeWith(response, `${JSON.stringify({ error: answer.error })}\n`, false, gone);
  }
  response.end();
}

/** The faults that strike in the middle; true when the answer is over. */
async function breakOff(response: http.ServerResponse, turn: FakeTurn, gone: AbortSignal): Promise<boolean> {
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
      response.end('{"error":"model runner has unexpectedly stopped, this may be due to resource limitations"}\n');
      return true;
    case 'garbageLine':
      response.write('{"model":"scripted","message":{"role":"assis\n');
      return false;
    default:
      return false;
  }
}

/** A model that is stuck in a phrase on a server that does not keep to `num_predict`. */
async function repeat(response: http.ServerResponse, body: ChatBody, gone: AbortSignal): Promise<never> {
  const chunk = `${JSON.stringify(line(body, { content: 'I will now read the file again. '.repeat(32) }, false))}\n`;
  for (;;) {
    await writeWith(response, chunk, false, gone);
    await sleep(1, undefined, { signal: gone });
  }
}

/** Writes text, or one byte after the other, as fast as the client reads it. */
export async function writeWith(
  response: http.ServerResponse,
  text: string,
  byByte: boolean,
  gone: AbortSignal,
): Promise<void> {
  gone.throwIfAborted();
  if (!byByte) {
    if (!response.write(text)) {
      await new Promise<void>((resolve, reject) => {
        response.once('drain', resolve);
        gone.addEventListener('abort', () => reject(new Error('gone')), { once: true });
      });
    }
    return;
  }
  for (const byte of Buffer.from(text)) {
    response.write(Uint8Array.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
