import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IndexerMethod, IndexerParams } from '../../src/protocol/indexer.ts';
import { memoryStatus } from './sampleMemory.ts';

export interface ScriptedAnswers {
  /** It dies of this request, with a word on what of. */
  readonly diesOf?: IndexerMethod;
  /** Of the first one only. */
  readonly once?: boolean;
  /** It refuses its first request in these words. */
  readonly refuses?: string;
  /** It stays when its channel is closed. */
  readonly stays?: boolean;
}

const program = `
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const read = (name) => JSON.parse(readFileSync(join(__dirname, name), 'utf8'));
const log = (line) => appendFileSync(join(__dirname, 'requests.jsonl'), JSON.stringify(line) + '\\n');
log({ pid: process.pid, method: 'started' });
if (read('answers.json').stays) setInterval(() => undefined, 1000);
else process.on('disconnect', () => process.exit(0));
process.on('message', ({ id, method, params }) => {
  if (method.startsWith('$')) return;
  log({ pid: process.pid, method, params });
  const { diesOf, once, refuses } = read('answers.json');
  if (method === diesOf) {
    if (once) writeFileSync(join(__dirname, 'answers.json'), '{}');
    throw new Error('it met ' + method);
  }
  if (method === 'open' && refuses) {
    process.send({ jsonrpc: '2.0', id, error: { code: 1, message: refuses, data: { reason: 'refused' } } });
  } else {
    const result = ['status', 'settle'].includes(method) ? read('status.json') : {};
    process.send({ jsonrpc: '2.0', id, result });
  }
});
`;

/** A program in the place of the indexer: it answers as it is told to, and keeps what it was asked. */
export class ScriptedIndexer {
  private readonly folder: string;
  readonly script: string;

  constructor(folder: string) {
    this.folder = folder;
    this.script = join(folder, 'indexer.cjs');
    writeFileSync(this.script, program);
    writeFileSync(join(folder, 'status.json'), JSON.stringify(memoryStatus()));
    this.answer({});
  }

  /** From the next request on. */
  answer(answers: ScriptedAnswers): void {
    writeFileSync(join(this.folder, 'answers.json'), JSON.stringify(answers));
  }

  /** Process ids in the order of their starts. */
  starts(): readonly number[] {
    return this.log().flatMap(({ pid, method }) => (method === 'started' ? [pid] : []));
  }

  asked<M extends IndexerMethod>(wanted: M): readonly IndexerParams<M>[] {
    return this.log().flatMap(({ method, params }) => (method === wanted ? [params as IndexerParams<M>] : []));
  }

  private log(): readonly { pid: number; method: string; params?: unknown }[] {
    const path = join(this.folder, 'requests.jsonl');
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  }
}
