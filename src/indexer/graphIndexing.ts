import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GraphResolver } from '../node/memory/sqlite/graphResolver.ts';
import type { MemoryDatabase } from '../node/memory/sqlite/openMemoryDatabase.ts';
import type { Problems } from './problems.ts';

/** Notes that are worked off in one go: so long a question has to wait at most. */
const batchNotes = 20;

/** Works out where imports and calls lead, behind the files: a few at a time, whenever something was written. */
export class GraphIndexing {
  private readonly database: MemoryDatabase;
  private readonly resolver: GraphResolver;
  private readonly problems: Problems;
  private running: Promise<void> | undefined;
  private wanted = false;
  private closed = false;

  constructor(database: MemoryDatabase, resolver: GraphResolver, problems: Problems) {
    this.database = database;
    this.resolver = resolver;
    this.problems = problems;
  }

  get busy(): boolean {
    return this.running !== undefined;
  }

  /** Something was written. */
  wake(): void {
    this.wanted = true;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  /** Resolves when nothing is left to work out. */
  async settle(): Promise<void> {
    await this.running;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.wanted && !this.closed) {
      this.wanted = false;
      let more = true;
      while (more && !this.closed) {
        await nextTurn();
        const written = this.closed ? undefined : this.database.write(() => this.resolver.resolve(batchNotes));
        this.problems.set('graph', written?.ok === false ? written.error.message : undefined);
        more = written?.ok === true && written.value;
      }
    }
  }
}
