import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanSource } from '../../../scripts/scanModule.ts';
import { createPlainMemory, createWasmMemory, type ScanMemory } from '../../../src/node/memory/vectra/scanMemory.ts';

function wasm(): ScanMemory {
  const memory = createWasmMemory();
  if (memory === undefined) {
    throw new Error('This engine has no vector instructions.');
  }
  return memory;
}

describe('the module of the scan', () => {
  it('is what its generator makes', () => {
    const path = new URL('../../../src/node/memory/vectra/scanBytes.ts', import.meta.url);
    expect(readFileSync(path, 'utf8')).toBe(scanSource());
  });

  it('scores rows as plain code does, and leaves out what the mask leaves out', () => {
    const rowBytes = fc.array(fc.integer({ min: -127, max: 127 }), { minLength: 32, maxLength: 32 });
    const inputs = fc.record({
      query: fc.array(fc.integer({ min: -32_767, max: 32_767 }), { minLength: 32, maxLength: 32 }),
      rows: fc.array(
        fc.record({ bytes: rowBytes, scale: fc.float({ min: 0, max: 1, noNaN: true }), used: fc.boolean() }),
        {
          maxLength: 9,
        },
      ),
    });
    const fast = wasm();
    const plain = createPlainMemory();
    fc.assert(
      fc.property(inputs, ({ query, rows }) => {
        const scores = [fast, plain].map((memory) => {
          new Int16Array(memory.buffer, 0, 32).set(query);
          rows.forEach(({ bytes, scale, used }, row) => {
            new Int8Array(memory.buffer, 1024 + row * 32, 32).set(bytes);
            new Float32Array(memory.buffer, 2048)[row] = scale;
            new Uint8Array(memory.buffer)[3072 + row] = used ? 1 : 0;
          });
          memory.scan(0, 1024, 32, 2048, 3072, 4096, rows.length);
          return [...new Float32Array(memory.buffer, 4096, rows.length)];
        });
        scores[0]?.forEach((score, row) => {
          const other = scores[1]?.[row] ?? Number.NaN;
          expect(rows[row]?.used === true ? Number.isFinite(score) : score === Number.NEGATIVE_INFINITY).toBe(true);
          expect(score === other || Math.abs(score - other) <= Math.abs(other) * 1e-6).toBe(true);
        });
      }),
    );
  });

  it('shrinks a vector to bytes that are worth the same as in plain code', () => {
    const numbers = fc.array(fc.float({ min: -1, max: 1, noNaN: true, noDefaultInfinity: true }), {
      minLength: 48,
      maxLength: 48,
    });
    const memories = [wasm(), createPlainMemory()];
    fc.assert(
      fc.property(numbers, (vector) => {
        fc.pre(Math.hypot(...vector) > 1e-3);
        const norm = Math.hypot(...vector);
        for (const memory of memories) {
          new Float32Array(memory.buffer, 0, 48).set(vector);
          const worth = memory.shrink(0, 48, 1024);
          const bytes = new Int8Array(memory.buffer, 1024, 48);
          vector.forEach((value, index) => {
            expect(Math.abs((bytes[index] ?? 0) * worth - value / norm)).toBeLessThanOrEqual(worth * 0.501 + 1e-7);
          });
        }
      }),
    );
  });

  it('keeps what it holds when it grows', () => {
    for (const memory of [wasm(), createPlainMemory()]) {
      new Uint8Array(memory.buffer)[100] = 42;
      memory.grow(1_000_000);
      expect(memory.buffer.byteLength).toBeGreaterThanOrEqual(1_000_000);
      expect(new Uint8Array(memory.buffer)[100]).toBe(42);
    }
  });
});
