import { canInstallPackages, installPackages } from './debianPackages.ts';
import { findExecutable, isExecutableFile } from './findExecutable.ts';
import type { PartStatus, ProgressLog } from './partStatus.ts';

const programNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const macApplications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The Chromium that `CHROMIUM_BIN` names, else one on PATH or among the applications of macOS. */
export function findBrowser(): string | undefined {
  const chosen = process.env['CHROMIUM_BIN'];
  if (chosen) return isExecutableFile(chosen) ? chosen : undefined;
  return findExecutable(...programNames) ?? macApplications.find(isExecutableFile);
}

/** A Chromium for the tests that drive VS Code, from Debian's packages where there is none. */
export async function provisionBrowser(log: ProgressLog): Promise<PartStatus> {
  const found = findBrowser();
  if (found !== undefined) return { name: 'browser', status: 'ready', detail: found, fix: '' };
  const chosen = process.env['CHROMIUM_BIN'];
  if (chosen) return missing(`CHROMIUM_BIN=${chosen} is no program`, 'name a Chromium, or unset it');
  if (!canInstallPackages())
    return missing('no Chromium was found', 'install Chromium or Google Chrome, or set CHROMIUM_BIN');
  const failure = await installPackages(['chromium'], log);
  const installed = findBrowser();
  return installed === undefined
    ? missing(failure ?? 'the package brought no program', 'install Chromium by hand, or set CHROMIUM_BIN')
    : { name: 'browser', status: 'installed', detail: installed, fix: '' };
}

function missing(detail: string, fix: string): PartStatus {
  return { name: 'browser', status: 'missing', detail, fix };
}
