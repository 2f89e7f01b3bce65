import { compileFunction } from 'node:vm';
import { errorText } from './base/failure.ts';
import { keepOutputForFrames, writeFrame } from './guest/channelStreams.ts';
import { greet } from './guest/greet.ts';
import type * as guestWorkModule from './guest/guestWork.ts';

/** This file's own text, passed by the bootstrap so that the scan thread can be started from it; the thread itself has none. */
declare const guestSource: string | undefined;
/** The bundle of `guest/guestWork.ts`, put here by the build. A text costs nothing to read before the greeting; a program costs milliseconds. */
declare const guestWork: string;

type Work = typeof guestWorkModule;

function loadWork(): Work {
  const module: { exports: Partial<Work> } = { exports: {} };
  compileFunction(guestWork, ['require', 'process', 'module', 'exports'])(require, process, module, module.exports);
  const { serveStreams, serveSocket, serveConnections, serveThread } = module.exports;
  if (!serveStreams || !serveSocket || !serveConnections || !serveThread) {
    throw new Error('The guest was built without its work.');
  }
  return { serveStreams, serveSocket, serveConnections, serveThread };
}

function end(error: unknown): never {
  process.stderr.write(`guest: ${errorText(error)}\n`);
  process.exit(70);
}

async function serve(source: string): Promise<void> {
  const profile = process.argv.at(-1) === 'build' ? 'build' : 'locked';
  if (process.argv.at(-1) === 'tunnel') {
    return loadWork().serveConnections();
  }
  if (process.argv.at(-2) === 'socket') {
    return loadWork().serveSocket(profile, source);
  }
  const begun = greet(writeFrame);
  return begun === undefined ? undefined : loadWork().serveStreams(profile, source, begun);
}

if (typeof guestSource === 'undefined') {
  loadWork().serveThread();
} else {
  keepOutputForFrames();
  process.on('uncaughtException', end);
  // Unless it is taken, this signal opens a debugger in us that any process of the box may connect to.
  process.on('SIGUSR1', () => undefined);
  serve(guestSource).then(() => process.exit(0), end);
}
