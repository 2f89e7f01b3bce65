import { fingerprint } from '../../../base/fingerprint.ts';

/** Vectors of one model on disk. */
export interface VectorFolder {
  /** Name of the folder. */
  readonly name: string;
  /** Of the embedder that made them. */
  readonly identity: string;
  /** All that there was to embed was embedded once; what came since is the queue's. */
  readonly complete: boolean;
}

/** The folder for the vectors of a model: its name, as far as a file system takes it, and what tells it from models of that name. */
export function vectorFolderName(identity: string): string {
  const [, name = identity] = /^[^:]*:(\S*)/.exec(identity) ?? [];
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40);
  return `${plain === '' ? 'model' : plain}-${fingerprint(identity)}`;
}

/**
 * What becomes of the folders when the model of `identity` is the one to be used: whose vectors answer until its own are all there;
 * undefined: its own, as far as they are.
 */
export function answeringFolder<Folder extends VectorFolder>(
  folders: readonly Folder[],
  identity: string,
): Folder | undefined {
  const own = folders.find((folder) => folder.identity === identity);
  return own?.complete === true ? undefined : folders.find((folder) => folder !== own && folder.complete);
}
