import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { TreeFile } from '../../../../src/core/sandbox/sandbox.ts';
import { packTree } from '../../../../src/node/sandbox/packTree.ts';
import { maxBodyBytes } from '../../../../src/protocol/frames.ts';

const file = (path: string, size: number): TreeFile => ({ path, mode: '100644', bytes: new Uint8Array(size) });

describe('packing a tree', () => {
  it('gives pieces that fit a frame, large files included', async () => {
    async function* files() {
      yield file('big', 3 * 2 ** 20);
      yield file('small', 1);
    }
    let bytes = 0;
    for await (const piece of packTree(files())) {
      expect(piece.length).toBeLessThanOrEqual(maxBodyBytes);
      bytes += piece.length;
    }
    expect(bytes).toBe(512 + 3 * 2 ** 20 + 512 + 512 + 1024);
  });

  it('passes an error of the source on', async () => {
    async function* files() {
      yield file('a', 10);
      throw new Error('disk on fire');
    }
    await expect(async () => {
      for await (const piece of packTree(files())) {
        expect(piece.length).toBeGreaterThan(0);
      }
    }).rejects.toThrow('disk on fire');
  });

  it('closes the source when the reader stops early, and reads ahead of it only a little', async () => {
    let taken = 0;
    let closed = false;
    async function* files() {
      try {
        for (;;) {
          taken += 1;
          yield file(`f${taken}`, 100_000);
        }
      } finally {
        closed = true;
      }
    }
    for await (const piece of packTree(files())) {
      expect(piece.length).toBeGreaterThan(0);
      await delay(20);
      break;
    }
    await delay(20);
    expect(closed).toBe(true);
    expect(taken).toBeLessThan(20);
  });
});
