import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, symlinkSync, writeSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { extract, type Extract, type Header } from 'tar-stream';
import { ok } from '../base/result.ts';
import type { GuestError, GuestResult } from '../protocol/guest.ts';
import { splitPath } from './locatePath.ts';
import { type Manifest, sha256, stampOf, treeMode } from './manifest.ts';
import { type Answer, refuse, refuseErrno } from './refusal.ts';

interface OpenFile {
  readonly path: string;
  readonly absolute: string;
  readonly fd: number;
  readonly hash: Hash;
}

/**
 * One tree on its way in: tar bytes are pushed, files appear below `root`, which is created here and must not exist. The first
 * failure stops all writing and is answered at the end. Only directories made here are entered, so no link is ever followed.
 */
export class TreeUpload {
  private readonly root: string;
  private readonly manifest: Manifest;
  private readonly archive: Extract = extract();
  private readonly directories = new Set<string>(['.']);
  private readonly finished: Promise<void>;
  private failed: GuestError | undefined;
  private open: OpenFile | undefined;
  private files = 0;
  private bytes = 0;

  constructor(root: string, manifest: Manifest) {
    this.root = root;
    this.manifest = manifest;
    mkdirSync(root);
    this.archive.on('entry', (header, stream, next) => {
      this.guard(header.name, () => this.begin(header));
      stream.on('data', (chunk) => {
        if (chunk instanceof Uint8Array) {
          this.guard(header.name, () => this.write(chunk));
        }
      });
      stream.on('error', (error) => this.refuseArchive(error));
      stream.on('end', () => {
        this.guard(header.name, () => this.close());
        next();
      });
    });
    this.finished = new Promise((resolve) => {
      this.archive.on('finish', () => resolve());
      this.archive.on('error', (error: Error) => {
        this.refuseArchive(error);
        resolve();
      });
      this.archive.on('close', () => resolve());
    });
  }

  /** Resolves when more is wanted. */
  async push(chunk: Uint8Array): Promise<void> {
    if (this.failed === undefined && !this.archive.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))) {
      await Promise.race([new Promise<void>((resolve) => this.archive.once('drain', () => resolve())), this.finished]);
    }
  }

  async end(): Promise<Answer<GuestResult<'end_tree'>>> {
    if (this.failed === undefined) {
      this.archive.end(undefined);
      await this.finished;
    }
    this.abandon();
    return this.failed === undefined ? ok({ files: this.files, bytes: this.bytes }) : { ok: false, error: this.failed };
  }

  private guard(path: string, work: () => void): void {
    if (this.failed !== undefined) {
      return;
    }
    try {
      work();
    } catch (error) {
      this.failed = refuseErrno(error, path).error;
      this.abandon();
    }
  }

  private refuseArchive(error: Error): void {
    this.failed ??= refuse('invalid-request', `The tree is no whole tar archive: ${error.message}`).error;
  }

  private begin(header: Header): void {
    const split = splitPath(header.name);
    if (!split.ok || split.value.length === 0) {
      this.failed = split.ok ? refuse('invalid-request', 'The tree has an entry without a name.').error : split.error;
      return;
    }
    const path = split.value.join('/');
    const absolute = join(this.root, path);
    if (header.type === 'directory') {
      this.makeDirectory(path);
      return;
    }
    if (header.type === 'symlink') {
      this.link(path, absolute, header.linkname);
    } else if (header.type === 'file') {
      this.makeDirectory(dirname(path));
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
      const mode = (header.mode & 0o100) === 0 ? 0o644 : 0o755;
      this.open = { path, absolute, fd: openSync(absolute, flags, mode), hash: createHash('sha256') };
    }
  }

  private write(chunk: Uint8Array): void {
    if (this.open !== undefined) {
      this.open.hash.update(chunk);
      this.bytes += chunk.length;
      for (let at = 0; at < chunk.length;) {
        at += writeSync(this.open.fd, chunk, at);
      }
    }
  }

  private close(): void {
    if (this.open !== undefined) {
      const { path, fd, hash } = this.open;
      const stats = fstatSync(fd);
      this.abandon();
      this.manifest.set(path, { mode: treeMode(stats), sha256: hash.digest('hex'), stamp: stampOf(stats) });
      this.files += 1;
    }
  }

  private abandon(): void {
    if (this.open !== undefined) {
      closeSync(this.open.fd);
      this.open = undefined;
    }
  }

  private link(path: string, absolute: string, target: string): void {
    if (!staysInside(path, target)) {
      return;
    }
    this.makeDirectory(dirname(path));
    symlinkSync(target, absolute);
    const stats = lstatSync(absolute);
    this.manifest.set(path, { mode: '120000', sha256: sha256(target), stamp: stampOf(stats) });
    this.files += 1;
  }

  private makeDirectory(path: string): void {
    if (!this.directories.has(path)) {
      this.makeDirectory(dirname(path));
      mkdirSync(join(this.root, path));
      this.directories.add(path);
    }
  }
}

/**
 * Whether a link at `path` can only ever lead below the root: its `..` come first, where they climb from a real directory, and
 * what follows only descends.
 */
export function staysInside(path: string, target: string): boolean {
  const parts = target.split('/');
  const climbs = parts.findIndex((part) => part !== '..');
  const descends = climbs === -1 ? [] : parts.slice(climbs);
  const landing = posix.join(dirname(path), target);
  return (
    target !== '' &&
    !target.startsWith('/') &&
    !target.includes('\0') &&
    !descends.includes('..') &&
    landing !== '..' &&
    !landing.startsWith('../') &&
    !landing.split('/').some((part) => part.toLowerCase() === '.git')
  );
}
