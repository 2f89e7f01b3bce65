import { defineConfig } from 'vitest/config';

/** Builds the product once for all files of a run. */
const product = 'test/integration/product/builtProduct.ts';

/** One project per layer of tests; most that need an engine run one file at a time on purpose. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/fuzz/**/*.test.ts', 'test/architecture.test.ts'],
          testTimeout: 15_000,
          // They leave nothing behind, and reading the modules anew for each file took more time than the tests.
          isolate: false,
        },
      },
      { test: { name: 'fuzz', include: ['test/fuzz/**/*.test.ts'], env: { NIGHTSHIFT_FUZZ: 'full' } } },
      { test: { name: 'golden', include: ['test/golden/**/*.test.ts'], testTimeout: 60_000, isolate: false } },
      {
        test: {
          name: 'integration',
          globalSetup: product,
          include: ['test/integration/**/*.test.ts', 'test/crash/**/*.test.ts'],
          exclude: ['test/integration/faults/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Most of their time they wait for an engine.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'faults',
          globalSetup: product,
          include: ['test/integration/faults/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // They use up memory and end engines: alone, when the others are done.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'soak',
          include: ['test/soak/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'eval',
          globalSetup: product,
          include: ['test/eval/**/*.test.ts'],
          // What is judged is the same under both; this one starts faster.
          env: { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc' },
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'attacks',
          globalSetup: product,
          include: ['test/attacks/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
