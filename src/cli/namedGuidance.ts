import { fail, ok, type Result } from '../base/result.ts';
import type { GuidanceView } from '../protocol/host.ts';
import { usage, type UsageFailure } from './commandLine.ts';

const look = '`nightshift guidance` shows paths and hashes';

/** The file with this path, or with a hash that begins so. */
export function namedGuidance(
  files: readonly GuidanceView[],
  text: string | undefined,
): Result<GuidanceView, UsageFailure> {
  if (text === undefined) {
    return fail(usage(`Name the file by its path or hash; ${look}.`));
  }
  const hash = text.toLowerCase();
  const isHash = /^[0-9a-f]{8,64}$/.test(hash);
  const named = files.filter(({ path, sha256 }) => path === text || (isHash && sha256.startsWith(hash)));
  const [only] = named;
  if (only === undefined) {
    return fail(usage(`There is no file ${text} to do this with; ${look}.`));
  }
  return named.length === 1 ? ok(only) : fail(usage(`${text} names ${named.length} files; give a path. ${look}.`));
}
