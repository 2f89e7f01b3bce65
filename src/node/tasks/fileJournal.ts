import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Serializer } from '../../base/async.ts';
import type { Clock } from '../../base/clock.ts';
import type { Journal } from '../../core/tasks/taskStore.ts';
import { groupCommitMilliseconds, hasEffect, mustSync } from '../../core/trace/durability.ts';
import { signCheckpoint } from '../../core/trace/checkpointNote.ts';
import { chainStart, type Checkpoint, encodeLine, lineHash } from '../../core/trace/hashChain.ts';
import { redactEntry } from '../../core/trace/redactEntry.ts';
import { parseTraceEvent, type TraceEntry, type TraceEvent } from '../../core/trace/traceEvent.ts';
import { writeHead } from './headFile.ts';
import { sha256 } from './sha256.ts';
import { JournalWriteError } from './journalWriteError.ts';
import type { TaskFiles } from './taskFiles.ts';
import { noteTools, type TraceProtection } from './traceProtection.ts';

/** Most events between two checkpoints. */
const checkpointEvents = 64;

/** What a trace file holds when its journal is opened. */
export interface JournalStart {
  readonly head: Checkpoint | undefined;
  /** Bytes. */
  readonly size: number;
  /** True when the kept head does not name the last line: it is written with the next sync. */
  readonly headIsBehind: boolean;
}

export interface JournalOptions {
  readonly protection: TraceProtection;
  readonly clock: Clock;
  readonly onClose: () => void;
  /** Opens the trace for appending; never makes it. */
  readonly openFile?: () => Promise<FileHandle>;
}

/**
 * The one writer of a trace file. Each event is written at once, so that it outlives this process, and synced when its kind
 * says so or within 200 ms. `append` throws `JournalWriteError`: after a write that the file system refused, the file is as
 * before and appending may be tried again; after a failed sync nobody knows what is on disk, and the journal is closed to
 * appends. The file is open from an append until the journal rests; most tasks are settled, and need none.
 */
export class FileJournal implements Journal {
  readonly task: string;
  private readonly files: TaskFiles;
  private readonly openFile: () => Promise<FileHandle>;
  private readonly clock: Clock;
  private readonly protection: TraceProtection;
  private readonly onClose: () => void;
  private readonly writes = new Serializer();
  private readonly openEffects = new Set<string>();
  private last: Checkpoint | undefined;
  private signed: Checkpoint | undefined;
  private size: number;
  private unsynced: boolean;
  private handle: FileHandle | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ended: 'closed' | 'broken' | undefined;
  /** What broke the journal, in one line for a person. */
  private breakage = '';

  constructor(task: string, files: TaskFiles, start: JournalStart, options: JournalOptions) {
    const { clock, protection, onClose, openFile } = options;
    this.task = task;
    this.files = files;
    this.last = start.head;
    this.signed = start.head;
    this.size = start.size;
    this.unsynced = start.headIsBehind;
    this.clock = clock;
    this.protection = protection;
    this.onClose = onClose;
    this.openFile = openFile ?? (() => open(files.trace, constants.O_WRONLY | constants.O_APPEND));
  }

  get count(): number {
    return this.last === undefined ? 0 : this.last.seq + 1;
  }

  get head(): Checkpoint | undefined {
    return this.last;
  }

  get broken(): boolean {
    return this.ended === 'broken';
  }

  append(entry: TraceEntry): Promise<TraceEvent> {
    return this.writes.run(() => this.write(entry));
  }

  async rest(): Promise<void> {
    const resting = this.writes.run(async () => {
      try {
        await this.sync();
      } finally {
        await this.letGo();
      }
    });
    await resting.catch(() => undefined);
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
        await this.letGo();
      }
    });
  }

  private async write(entry: TraceEntry): Promise<TraceEvent> {
    if (this.ended === 'broken') {
      throw new JournalWriteError('closed', this.breakage);
    }
    if (this.ended === 'closed') {
      throw new JournalWriteError('closed', `The trace ${this.files.trace} is closed; open the task again to go on.`);
    }
    const { event, bytes } = this.encode(await this.redact(entry));
    await this.writeBytes(bytes);
    this.last = { seq: event.seq, hash: lineHash(bytes.subarray(0, -1), sha256) };
    this.unsynced = true;
    const sync = mustSync(entry, this.openEffects) || event.seq - (this.signed?.seq ?? -1) >= checkpointEvents;
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

  private async redact(entry: TraceEntry): Promise<TraceEntry> {
    try {
      return await redactEntry(entry, this.protection.redactor);
    } catch (error) {
      throw JournalWriteError.invalid(this.task, entry.type, error);
    }
  }

  /** The event is what reading the line again gives, so that the fold is the same now and after a restart. */
  private encode(entry: TraceEntry): { event: TraceEvent; bytes: Uint8Array } {
    const place = {
      seq: this.count,
      ts: new Date(this.clock.now()).toISOString(),
      prev: this.last?.hash ?? chainStart,
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
    const handle = await this.file();
    try {
      await handle.appendFile(bytes);
      this.size += bytes.length;
    } catch (error) {
      const failed = JournalWriteError.fromIo(error, 'write the trace', this.files.trace);
      await handle.truncate(this.size).catch(() => this.breakOff(failed.message));
      throw failed;
    }
  }

  /** A file that is not as long as it was left is not appended to: somebody else wrote to it while it was not open. */
  private async file(): Promise<FileHandle> {
    if (this.handle !== undefined) {
      return this.handle;
    }
    let size: number;
    try {
      this.handle = await this.openFile();
      ({ size } = await this.handle.stat());
    } catch (error) {
      await this.letGo();
      throw JournalWriteError.fromIo(error, 'open the trace', this.files.trace);
    }
    if (size !== this.size) {
      await this.letGo();
      const message = `The trace ${this.files.trace} was written to by somebody else; look at it with \`nightshift trace verify\`.`;
      this.breakOff(message);
      throw new JournalWriteError('closed', message);
    }
    return this.handle;
  }

  private breakOff(message: string): void {
    this.ended = 'broken';
    this.breakage = message;
  }

  private async letGo(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    await handle?.close();
  }

  private async sync(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { last } = this;
    if (!this.unsynced || last === undefined || this.ended !== undefined) {
      return;
    }
    try {
      await (await this.file()).datasync();
      await writeHead(this.files.head, this.note(last));
      this.signed = last;
      this.unsynced = false;
    } catch (error) {
      const failed = JournalWriteError.fromIo(error, 'sync the trace', this.files.trace);
      this.breakOff(failed.message);
      throw failed;
    }
  }

  private note(head: Checkpoint): string {
    const name = { workspace: this.protection.workspace, task: this.task };
    return signCheckpoint(name, head, this.clock.now(), noteTools(this.protection));
  }

  /** A failure here is met by the next append: the journal is broken by then. */
  private syncLater(): void {
    this.writes.run(() => this.sync()).catch(() => undefined);
  }
}
