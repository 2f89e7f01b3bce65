import type { Command } from '../commands/command.ts';

/** Accepts what the person merged in the merge editor on screen. */
export const acceptMerge: Command = async (context, address) => {
  await (await context.merging()).accept(address);
};
