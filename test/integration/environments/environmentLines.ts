import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { environmentViewSchema } from '../../../src/protocol/host.ts';
import type { Finished, Product } from '../product/product.ts';

/** What `nightshift environment --json` printed last. */
export function environmentLine({ stdout, stderr }: Finished) {
  const line: unknown = JSON.parse(stdout.trim().split('\n').at(-1) || JSON.stringify({ stderr }));
  return z.parse(environmentViewSchema, line);
}

const event = z.object({ type: z.string(), actor: z.string(), data: z.record(z.string(), z.unknown()) });

/** The trace of a task as it stands on disk. */
export function eventsOf(product: Product, task: string): readonly z.infer<typeof event>[] {
  const text = readFileSync(join(product.paths.tasks, task, 'trace.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => event.parse(JSON.parse(line)));
}

/** What this machine trusts, as a user's own environment has it. */
export function trustVariables(): Readonly<Record<string, string>> {
  const names = ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
