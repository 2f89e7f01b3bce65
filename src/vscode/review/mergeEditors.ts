import { t } from '@vscode/l10n';
import * as vscode from 'vscode';

const mergeScheme = 'nightshift-merge';

const sideNames = ['base', 'result', 'checkout', 'merged'] as const;
type SideName = (typeof sideNames)[number];

export interface FileToMerge {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  /** Of the task whose result it is. */
  readonly title: string;
  readonly base: Uint8Array;
  readonly result: Uint8Array;
  readonly checkout: Uint8Array;
}

interface OpenMerge {
  readonly sides: Map<SideName, { readonly bytes: Uint8Array; readonly version: number }>;
  end(merged: Uint8Array | undefined): void;
}

/**
 * The editor's own three-way merge editor on texts that are nowhere on disk: what the person merges is handed back when they
 * accept it, and their files are not touched. Owns the merges that are open.
 */
export class MergeEditors implements vscode.FileSystemProvider, vscode.Disposable {
  private readonly merges = new Map<string, OpenMerge>();
  private started = 0;
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;
  private readonly registered: vscode.Disposable;

  constructor() {
    this.registered = vscode.Disposable.from(
      vscode.workspace.registerFileSystemProvider(mergeScheme, this, { isCaseSensitive: true }),
      vscode.workspace.onDidCloseTextDocument(({ uri, isClosed }) => {
        // A document whose language is changed is told as closed, too.
        if (isClosed && uri.scheme === mergeScheme && sideOf(uri) === 'merged') {
          this.merges.get(keyOf(uri))?.end(undefined);
        }
      }),
    );
  }

  dispose(): void {
    this.merges.forEach(({ end }) => end(undefined));
    this.registered.dispose();
    this.changed.dispose();
  }

  /** Opens a merge and waits for the person; undefined when they close it without accepting. */
  async merge({ path, title, base, result, checkout }: FileToMerge): Promise<Uint8Array | undefined> {
    this.started += 1;
    const key = String(this.started);
    const kept = (bytes: Uint8Array): { bytes: Uint8Array; version: number } => ({ bytes, version: 1 });
    const sides = { base, result, checkout, merged: unmerged(result, checkout) };
    const ended = new Promise<Uint8Array | undefined>((resolve) => {
      this.merges.set(key, {
        sides: new Map(sideNames.map((name) => [name, kept(sides[name])])),
        end: (merged) => {
          this.merges.delete(key);
          resolve(merged);
        },
      });
    });
    const address = (side: SideName): vscode.Uri =>
      vscode.Uri.from({ scheme: mergeScheme, path: `/${path}`, query: new URLSearchParams({ key, side }).toString() });
    await vscode.commands.executeCommand('_open.mergeEditor', {
      base: address('base'),
      input1: { uri: address('result'), title: t('Agent'), description: title },
      input2: { uri: address('checkout'), title: t('Yours'), description: path },
      output: address('merged'),
    });
    return ended;
  }

  /** Completes the merge on screen, after the editor asked about conflicts that are left in it. */
  async accept(address: unknown): Promise<void> {
    const shown = address instanceof vscode.Uri ? address : vscode.window.activeTextEditor?.document.uri;
    const [only] = this.merges.size === 1 ? this.merges.values() : [];
    const merge = shown?.scheme === mergeScheme ? this.merges.get(keyOf(shown)) : only;
    if (merge === undefined) {
      return;
    }
    // Its end closes the document, which would be taken for a merge that was given up.
    const { end } = merge;
    let closed = false;
    merge.end = () => (closed = true);
    const answer: unknown = await vscode.commands.executeCommand('mergeEditor.acceptMerge');
    merge.end = end;
    const merged = merge.sides.get('merged');
    const isMade = merged !== undefined && merged.version > 1;
    const done = typeof answer === 'object' && answer !== null && 'successful' in answer && answer.successful === true;
    if (done || closed) {
      end(done && isMade ? merged.bytes : undefined);
    }
  }

  stat(address: vscode.Uri): vscode.FileStat {
    const { bytes, version } = this.side(address);
    const readOnly = sideOf(address) === 'merged' ? {} : { permissions: vscode.FilePermission.Readonly };
    return { type: vscode.FileType.File, ctime: 0, mtime: version, size: bytes.byteLength, ...readOnly };
  }

  readFile(address: vscode.Uri): Uint8Array {
    return this.side(address).bytes;
  }

  writeFile(address: vscode.Uri, bytes: Uint8Array): void {
    const { version } = this.side(address);
    if (sideOf(address) !== 'merged') {
      throw vscode.FileSystemError.NoPermissions(address);
    }
    this.merges.get(keyOf(address))?.sides.set('merged', { bytes, version: version + 1 });
  }

  watch(): vscode.Disposable {
    return { dispose: () => undefined };
  }
  readDirectory(): [string, vscode.FileType][] {
    return [];
  }
  createDirectory(address: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(address);
  }
  delete(address: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(address);
  }
  rename(address: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(address);
  }

  private side(address: vscode.Uri): { readonly bytes: Uint8Array; readonly version: number } {
    const name = sideOf(address);
    const found = name === undefined ? undefined : this.merges.get(keyOf(address))?.sides.get(name);
    if (found === undefined) {
      throw vscode.FileSystemError.FileNotFound(address);
    }
    return found;
  }
}

function keyOf({ query }: vscode.Uri): string {
  return new URLSearchParams(query).get('key') ?? '';
}

function sideOf({ query }: vscode.Uri): SideName | undefined {
  const name = new URLSearchParams(query).get('side');
  return sideNames.find((each) => each === name);
}

/** The whole file as one conflict: seeing its marks, the editor merges what it can itself and starts from the base elsewhere. */
function unmerged(result: Uint8Array, checkout: Uint8Array): Uint8Array {
  const ending = checkout.includes(13) ? '\r\n' : '\n';
  const [bom, text] = checkout[0] === 0xef && checkout[1] === 0xbb ? [3, checkout.subarray(3)] : [0, checkout];
  const parts = [
    checkout.subarray(0, bom),
    Buffer.from(`<<<<<<< Agent${ending}`),
    result,
    Buffer.from(`${ending}=======${ending}`),
    text,
    Buffer.from(`${ending}>>>>>>> Yours${ending}`),
  ];
  return new Uint8Array(Buffer.concat(parts));
}
