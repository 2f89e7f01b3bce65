// Puts on this machine what tests and the demo need: `node scripts/provision.ts [engine] [otherEngines] [browser] [editor]`.
// Can be run again at any time; what is there is left as it is. Exit code 1 when a part is missing.
import { provisionBrowser } from './provision/browser.ts';
import { provisionEditor } from './provision/editor.ts';
import { provisionEngine } from './provision/engine.ts';
import { provisionOtherEngines } from './provision/otherEngines.ts';
import { type PartName, partNames, type PartStatus, type ProgressLog } from './provision/partStatus.ts';

const provisioners: Readonly<Record<PartName, (log: ProgressLog) => Promise<PartStatus>>> = {
  engine: provisionEngine,
  otherEngines: provisionOtherEngines,
  browser: provisionBrowser,
  editor: provisionEditor,
};

/** Provisions the parts one after the other (they share the package manager) and returns a status for each. */
export async function provision(
  parts: readonly PartName[],
  log: ProgressLog = (line) => console.error(`provision: ${line}`),
): Promise<readonly PartStatus[]> {
  const statuses: PartStatus[] = [];
  for (const part of parts) statuses.push(await provisioners[part](log));
  return statuses;
}

/** `engine: ready: Docker 28.0.1, gVisor configured`, with the way out where one is needed. */
export function formatStatus(status: PartStatus): string {
  const fix = status.fix === '' ? '' : ` (${status.fix})`;
  return `${status.name}: ${status.status}: ${status.detail}${fix}`;
}

function isPartName(name: string): name is PartName {
  return partNames.some((part) => part === name);
}

async function main(args: readonly string[]): Promise<number> {
  const parts = args.filter(isPartName);
  const unknown = args.find((name) => !isPartName(name));
  if (unknown !== undefined) {
    console.error(`provision: unknown part "${unknown}": use any of ${partNames.join(', ')}`);
    return 2;
  }
  const statuses = await provision(parts.length === 0 ? ['engine'] : parts);
  for (const status of statuses) console.log(formatStatus(status));
  return statuses.some((status) => status.status === 'missing') ? 1 : 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
