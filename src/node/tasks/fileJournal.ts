import type { FileHandle } from 'node:fs/promises';
import { Serializer } from '../../base/async.ts';
import type { Clock } from '../../base/clock.ts';
import type { Journal } from '../../core/tasks/taskStore.ts';
import { groupCommitMilliseconds, hasEffect, mustSync } from '../../core/trace/durability.ts';
import { chainStart, type Checkpoint, encodeLine, lineHash } from '../../core/trace/hashChain.ts';
import { parseTraceEvent, type TraceEntry, type TraceEvent } from '../../core/trace/traceEvent.ts';
import { writeHead } from './headFile.ts';
import { sha256 } from './sha256.ts';
import { JournalWriteError } from './journalWriteError.ts';
import type { TaskFiles } from './taskFiles.ts';

/** What a trace file holds when its journal is opened. */
export interface JournalStart {
  readonly events: readonly TraceEvent[];
  readonly head: Checkpoint | undefined;
  /** Bytes. */
  readonly size: number;
}

/**
 * The one writer of a trace file. Each event is written at once, so that it outlives this process, and synced when its kind
 * says so or within 200 ms. `append` throws `JournalWriteError`: after a write that the file system refused, the file is as
 * before and appending may be tried again; after a failed sync nobody knows what is on disk, and the journal is closed to
 * appends. Owns the file handle.
 */
export class FileJournal implements Journal {
  readonly task: string;
  readonly events: TraceEvent[];
  private readonly files: TaskFiles;
  private readonly handle: FileHandle;
  private readonly clock: Clock;
  private readonly onClose: () => void;
  private readonly writes = new Serializer();
  private readonly openEffects = new Set<string>();
  private head: Checkpoint | undefined;
  private size: number;
  private unsynced = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ended: 'closed' | 'broken' | undefined;

  /** `handle` is open for appending. */
  constructor(
    task: string,
    files: TaskFiles,
    handle: FileHandle,
    start: JournalStart,
    { clock, onClose }: { readonly clock: Clock; readonly onClose: () => void },
  ) {
    this.task = task;
    this.files = files;
    this.handle = handle;
    this.events = [...start.events];
    this.head = start.head;
    this.size = start.size;
    this.clock = clock;
    this.onClose = onClose;
  }

  append(entry: TraceEntry): Promise<TraceEvent> {
    return this.writes.run(() => this.write(entry));
  }

  close(): Promise<void> {
    return this.writes.run(async () => {
      if (this.ended === 'closed') {
        return;
      }
      try {
        await this.sync();
      } finally {
        clearTimeout(this.timer);
        this.ended = 'closed';
        this.onClose();
        await this.handle.close();
      }
    });
  }

  private async write(entry: TraceEntry): Promise<TraceEvent> {
    if (this.ended !== undefined) {
      const why = this.ended === 'closed' ? 'is closed' : 'was given up after a disk error';
      throw new JournalWriteError('closed', `The trace ${this.files.trace} ${why}; restart the agent host to go on.`);
    }
    const { event, bytes } = this.encode(entry);
    await this.writeBytes(bytes);
    this.head = { seq: event.seq, hash: lineHash(bytes.subarray(0, -1), sha256) };
    this.events.push(event);
    this.unsynced = true;
    const sync = mustSync(entry, this.openEffects);
    if (entry.type === 'tool-called' && hasEffect(entry)) {
      this.openEffects.add(entry.data.call);
    } else if (entry.type === 'tool-returned') {
      this.openEffects.delete(entry.data.call);
    }
    if (sync) {
      await this.sync();
    } else {
      this.timer ??= setTimeout(() => this.syncLater(), groupCommitMilliseconds).unref();
    }
    return event;
  }

  /** The event is what reading the line again gives, so that the fold is the same now and after a restart. */
  private encode(entry: TraceEntry): { event: TraceEvent; bytes: Uint8Array } {
    const place = {
      seq: this.head === undefined ? 0 : this.head.seq + 1,
      ts: new Date(this.clock.now()).toISOString(),
      prev: this.head?.hash ?? chainStart,
    };
    let event: TraceEvent | undefined;
    let line: string;
    try {
      line = encodeLine(entry, place);
      event = parseTraceEvent(JSON.parse(line));
    } catch (error) {
      throw JournalWriteError.invalid(this.task, entry.type, error);
    }
    if (event === undefined) {
      throw JournalWriteError.invalid(this.task, entry.type);
    }
    return { event, bytes: new TextEncoder().encode(`${line}\n`) };
  }

  private async writeBytes(bytes: Uint8Array): Promise<void> {
    try {
      await this.handle.appendFile(bytes);
      this.size += bytes.length;
    } catch (error) {
      await this.handle.truncate(this.size).catch(() => {
        this.ended = 'broken';
      });
      throw JournalWriteError.fromIo(error, 'write the trace', this.files.trace);
    }
  }

  private async sync(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.unsynced || this.head === undefined || this.ended !== undefined) {
      return;
    }
    try {
      await this.handle.datasync();
      await writeHead(this.files.head, this.head);
      this.unsynced = false;
    } catch (error) {
      this.ended = 'broken';
      throw JournalWriteError.fromIo(error, 'sync the trace', this.files.trace);
    }
  }

  /** A failure here is met by the next append: the journal is broken by then. */
  private syncLater(): void {
    this.writes.run(() => this.sync()).catch(() => undefined);
  }
}
