import type { MountSpec, SandboxSpec } from './sandboxSpec.ts';

/** Where a box whose image has no usable Node finds the one that is lent to it. */
const toolboxFolder = '/opt/nightshift';

/** Inside of the volume: a folder that is there whole or not at all. */
export const toolboxContent = 'node';

const lent = `${toolboxFolder}/${toolboxContent}`;

export function toolboxMount(volume: string): MountSpec {
  return { kind: 'volume', source: volume, target: toolboxFolder };
}

function hasToolbox({ mounts }: SandboxSpec): boolean {
  return mounts?.some(({ target }) => target === toolboxFolder) === true;
}

/** What starts Node in a box: its own, or the lent one through the loader and the libraries that came with it. */
export function nodeCommand(spec: SandboxSpec): readonly string[] {
  return hasToolbox(spec) ? lentNode('ld.so') : ['node'];
}

/**
 * The same for PID 1 where Node is lent, undefined elsewhere. On runc through a copy of the loader that nobody may read, which closes
 * the guest to the commands of its box; gVisor's kernel does so by itself, and may execute no such file.
 */
export function lentGuestCommand(spec: SandboxSpec): readonly string[] | undefined {
  return hasToolbox(spec) ? lentNode(spec.runtime === 'runc' ? 'closed-ld.so' : 'ld.so') : undefined;
}

function lentNode(loader: string): readonly string[] {
  return [`${lent}/${loader}`, '--library-path', `${lent}/lib`, `${lent}/node`];
}
