import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { addTodo } from '../../vscode/suiteRun.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';

const decision = `# 1. Counters stop at zero

Status: accepted

## Context

A shelf cannot hold less than nothing, yet \`Counter\` in \`src/counter.js\` went to minus one.

## Decision

Counters stop at zero and say nothing about it.
`;

const retry = `/** Tries again after a pause that doubles each time. */
export async function retryWithBackoff<T>(attempt: () => Promise<T>, tries = 3): Promise<T> {
  for (let left = tries, pause = 10; ; left -= 1, pause *= 2) {
    try {
      return await attempt();
    } catch (error) {
      if (left <= 1) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
`;

const fetchPrice = `import { retryWithBackoff } from './retry.ts';

/** Price of an article in cents. */
export async function fetchPrice(article: string): Promise<number> {
  const answer = await retryWithBackoff(() => fetch(\`https://shop.example/prices/\${article}\`));
  return Number(await answer.text());
}
`;

const fetchStock = `import { retryWithBackoff } from './retry.ts';

/** How many of an article lie on the shelf. */
export async function fetchStock(article: string): Promise<number> {
  const answer = await retryWithBackoff(() => fetch(\`https://shop.example/stock/\${article}\`), 5);
  return Number(await answer.text());
}
`;

const retryTest = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryWithBackoff } from '../src/retry.ts';

test('tries again until it works', async () => {
  let calls = 0;
  const answer = await retryWithBackoff(async () => {
    calls += 1;
    if (calls < 2) throw new Error('busy');
    return 'done';
  });
  assert.equal(answer, 'done');
});
`;

const report = `"""Monthly figures of the shop."""


def round_total(cents: int) -> int:
    """Rounds to whole euros, half of one up."""
    return (cents + 50) // 100


def monthly_report(rows: list[dict[str, int]]) -> dict[str, int]:
    """Sum of each article over a month."""
    return {row["article"]: round_total(row["cents"]) for row in rows}
`;

const voucher = `/** Takes a voucher off the sum of a basket. */
export function redeemVoucher(sum: number, voucher: number): number {
  return Math.max(0, sum - voucher);
}
`;

/** The commit that holds the repeating of requests. */
export const retryMessage = 'Ask the shop again when it is busy, so that no order is lost';
export const voucherBranch = 'vouchers';

/**
 * A small shop as people leave one behind: TypeScript, Python, a decision, three commits and a branch, and beside them a picture, a
 * file of secrets and one that git ignores. `main` is checked out, with a comment that asks for work.
 */
export function createShop(): TestRepository {
  const repository = createRepository('node-counter');
  const { root, git } = repository;
  const write = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const commit = (message: string): void => {
    git('add', '--all');
    git('commit', '--quiet', '--message', message);
  };
  write('docs/decisions/0001-counters-stop-at-zero.md', decision);
  write('.gitignore', 'local/\n');
  write('.nightshiftignore', 'drafts/\n');
  write('drafts/plan.md', '# Plan\n\nNot for the memory.\n');
  commit('Decide that counters stop at zero');
  write('src/retry.ts', retry);
  write('src/fetchPrice.ts', fetchPrice);
  write('src/fetchStock.ts', fetchStock);
  write('test/retry.test.ts', retryTest);
  commit(retryMessage);
  write('tools/report.py', report);
  write('media/shelf.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0xff, 0xfe, 0]));
  commit('Report each month, and show a shelf');
  git('switch', '--quiet', '--create', voucherBranch);
  write('src/voucher.ts', voucher);
  commit('Take vouchers');
  git('switch', '--quiet', 'main');
  write('local/notes.txt', 'Only for me.\n');
  write('.env', 'SHOP_TOKEN=not-for-the-index\n');
  addTodo(root);
  return repository;
}
