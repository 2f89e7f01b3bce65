import { ChildProcess } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { Duplex } from 'node:stream';
import { z } from 'zod';
import type { CrashPoint, CrashPoints } from './crashPoints.ts';
import { gitLabel, httpLabel } from './pointLabel.ts';

const spawnSchema = z.looseObject({ file: z.string(), args: z.array(z.string()) });
const requestSchema = z.looseObject({
  socketPath: z.string().nullish(),
  method: z.string().optional(),
  path: z.string().nullish(),
});

/** Wraps starts of Git, requests to the engine and to the model, and what is written to a box. */
export function wrapCalls(points: CrashPoints): void {
  wrapSpawn(points);
  wrapRequest(http, points);
  wrapRequest(https, points);
}

/** `during` is when the program runs, `after` when it has ended and nobody has been told. */
function wrapSpawn(points: CrashPoints): void {
  const original: unknown = Reflect.get(ChildProcess.prototype, 'spawn');
  if (typeof original !== 'function') {
    throw new TypeError('There is no spawn to wrap.');
  }
  Reflect.set(ChildProcess.prototype, 'spawn', function (this: ChildProcess, options: unknown): unknown {
    const { file, args } = spawnSchema.parse(options);
    const label = /(?:^|\/)git$/.test(file) ? gitLabel(args.slice(1)) : `other: spawn ${file}`;
    const point = points.next(label, ['before', 'during', 'after']);
    point.begin();
    onEvents(this, { exit: point.after });
    const result: unknown = Reflect.apply(original, this, [options]);
    point.during();
    return result;
  });
}

/** `during` is when the request is out and unanswered, `after` when the answer's head is there and nobody has been told. */
function wrapRequest(transport: typeof http | typeof https, points: CrashPoints): void {
  const original: unknown = Reflect.get(transport, 'request');
  if (typeof original !== 'function') {
    throw new TypeError('There is no request to wrap.');
  }
  Reflect.set(transport, 'request', (...args: unknown[]): unknown => {
    const label = requestLabel(args);
    // The request of an attach is never over: its socket becomes the stream to the box.
    const point = points.next(label, label.endsWith('/attach') ? ['before', 'after'] : ['before', 'during', 'after']);
    point.begin();
    const request: unknown = Reflect.apply(original, transport, args);
    if (request instanceof http.ClientRequest) {
      onEvents(request, {
        finish: point.during,
        response: point.after,
        upgrade: (_response, socket) => {
          point.after();
          watchFrames(socket, points);
        },
      });
    }
    return request;
  });
}

function requestLabel([target, options]: readonly unknown[]): string {
  if (target instanceof URL) {
    const { method } = requestSchema.parse(options ?? {});
    return httpLabel(false, method ?? 'GET', target.pathname);
  }
  const { socketPath, method, path } = requestSchema.parse(target);
  return httpLabel(typeof socketPath === 'string', method ?? 'GET', path ?? '/');
}

/** Each write to a box is a request to its guest. `after` is when it was handed to the system. */
function watchFrames(socket: unknown, points: CrashPoints): void {
  if (!(socket instanceof Duplex)) {
    return;
  }
  const write = socket.write.bind(socket);
  Reflect.set(socket, 'write', (...args: unknown[]): unknown => {
    const point: CrashPoint = points.next('guest: write', ['before', 'after']);
    point.begin();
    const result: unknown = Reflect.apply(write, socket, args);
    point.after();
    return result;
  });
}

/** Sees events before any listener does, without being one: some of them change what Node does by being listened to. */
function onEvents(emitter: EventEmitter, seen: Readonly<Record<string, (...args: unknown[]) => void>>): void {
  const emit = emitter.emit.bind(emitter);
  Reflect.set(emitter, 'emit', (event: string | symbol, ...args: unknown[]): boolean => {
    if (typeof event === 'string' && Object.hasOwn(seen, event)) {
      seen[event]?.(...args);
    }
    return emit(event, ...args);
  });
}
