import { errorText, failure, type Failure } from '../../base/failure.ts';
import { plainLine } from '../../base/plainText.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { resolveTreePath } from '../environments/treePath.ts';
import type { FindingRegion, FindingReplacement, ReportedFinding } from './finding.ts';
import { maxSarifResults, sarifLogSchema, type SarifRegion, type SarifResult, type SarifRun } from './sarifLog.ts';

/** What a SARIF file says of files of the repository, and how many of its results say nothing of one. */
export interface SarifReport {
  /** Names of the tools whose runs it has, also of those that found nothing. */
  readonly tools: readonly string[];
  readonly findings: readonly ReportedFinding[];
  /** Results without a place, or with one outside the repository. */
  readonly elsewhere: number;
}

/** Words of a tool that are kept. */
const longestMessage = 4_000;
const longestReason = 1_000;

/**
 * Reads a SARIF 2.1.0 log. Results that are no complaint (`pass`, `notApplicable`, level `none`) are left out. `root` is the absolute
 * path of the repository with `/`: addresses of files below it are taken as well as relative ones.
 */
export function readSarif(text: string, root?: string): Result<SarifReport, Failure<'bad-sarif'>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return fail(
      failure('bad-sarif', `the file is no JSON: ${plainLine(errorText(error), 200)}; export it as SARIF 2.1.0`),
    );
  }
  const parsed = sarifLogSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const place = plainLine(issue?.path.map(String).join('.') ?? '', 200);
    return fail(
      failure('bad-sarif', `the file is no SARIF 2.1.0: ${place}: ${issue?.message ?? ''}; export it as SARIF 2.1.0`),
    );
  }
  const { runs } = parsed.data;
  const results = runs.flatMap((run) =>
    (run.results ?? []).filter((each) => complains(run, each)).map((each) => [run, each] as const),
  );
  if (results.length > maxSarifResults) {
    return fail(failure('bad-sarif', `the file has more than ${maxSarifResults} results; import a part of them`));
  }
  const findings = results.map(([run, each]) => findingOf(run, each, root)).filter((each) => each !== undefined);
  return ok({ tools: [...new Set(runs.map(toolOf))], findings, elsewhere: results.length - findings.length });
}

function toolOf({ tool }: SarifRun): string {
  const name = plainLine(tool?.driver?.name ?? '', 100);
  return name === '' ? 'SARIF' : name;
}

/** A result without a level has the one of its rule. */
function levelOf({ tool }: SarifRun, { level, ruleId, ruleIndex = -1 }: SarifResult): SarifResult['level'] {
  const rules = tool?.driver?.rules ?? [];
  const rule = rules[ruleIndex] ?? rules.find(({ id }) => id !== undefined && id === ruleId);
  return level ?? rule?.defaultConfiguration?.level;
}

function complains(run: SarifRun, result: SarifResult): boolean {
  const { kind } = result;
  return (
    levelOf(run, result) !== 'none' && (kind === undefined || kind === 'fail' || kind === 'open' || kind === 'review')
  );
}

function findingOf(run: SarifRun, result: SarifResult, root: string | undefined): ReportedFinding | undefined {
  const place = result.locations?.[0]?.physicalLocation;
  const path = pathOf(place?.artifactLocation.uri, root);
  if (path === undefined) {
    return undefined;
  }
  const level = levelOf(run, result);
  return {
    tool: toolOf(run),
    rule: result.ruleId ?? run.tool?.driver?.rules?.[result.ruleIndex ?? -1]?.id ?? '',
    severity: level === 'error' || level === 'note' ? level : 'warning',
    message: (result.message.text ?? result.message.markdown ?? '').slice(0, longestMessage),
    path,
    region: regionOf(place?.region ?? {}),
    // Columns that count other things than UTF-16 characters would cut words apart.
    fix: run.columnKind === 'unicodeCodePoints' && !isWhole(result) ? undefined : fixOf(result, root),
    suppressed: suppressedBy(result),
  };
}

/** SARIF's own default: a suppression without a status is accepted. */
function suppressedBy({ suppressions }: SarifResult): string | undefined {
  const accepted = suppressions?.find(({ status = 'accepted' }) => status === 'accepted');
  return accepted === undefined ? undefined : (accepted.justification ?? 'suppressed').slice(0, longestReason);
}

/** An absolute address is taken only below the root: what another one names on another machine cannot be told. */
function pathOf(uri: string | undefined, root: string | undefined): string | undefined {
  const name = uri === undefined ? undefined : decoded(uri);
  if (uri === undefined || name === undefined) {
    return undefined;
  }
  const below = root === undefined ? undefined : `file://${root.startsWith('/') ? '' : '/'}${root}/`;
  const isBelow = below !== undefined && name.startsWith(below);
  if (!isBelow && /^[a-z][\w+.-]*:|^\/|[?#]/i.test(uri)) {
    return undefined;
  }
  const path = resolveTreePath('', isBelow ? name.slice(below.length) : name);
  return path === '' ? undefined : path;
}

function decoded(uri: string): string | undefined {
  try {
    return decodeURIComponent(uri);
  } catch {
    return undefined;
  }
}

function regionOf({ startLine = 1, startColumn = 1, endLine = startLine, endColumn }: SarifRegion): FindingRegion {
  const start = { startLine: startLine - 1, startCharacter: startColumn - 1 };
  const forward =
    endLine > startLine || (endLine === startLine && (endColumn === undefined || endColumn >= startColumn));
  return forward
    ? { ...start, endLine: endLine - 1, ...(endColumn !== undefined && { endCharacter: endColumn - 1 }) }
    : { ...start, endLine: start.startLine };
}

/** Whether its fix names whole lines only. */
function isWhole({ fixes }: SarifResult): boolean {
  const regions = fixes?.[0]?.artifactChanges.flatMap(({ replacements }) =>
    replacements.map((one) => one.deletedRegion),
  );
  return regions?.every(({ startColumn = 1, endColumn = 1 }) => startColumn === 1 && endColumn === 1) ?? true;
}

/** All of the first fix or nothing: a half of one would break the file. A region that is told by offsets alone is not read. */
function fixOf({ fixes }: SarifResult, root: string | undefined): readonly FindingReplacement[] | undefined {
  const replacements: FindingReplacement[] = [];
  for (const change of fixes?.[0]?.artifactChanges ?? []) {
    const path = pathOf(change.artifactLocation.uri, root);
    for (const { deletedRegion, insertedContent } of change.replacements) {
      if (path === undefined || deletedRegion.startLine === undefined) {
        return undefined;
      }
      replacements.push({ path, region: regionOf(deletedRegion), text: insertedContent?.text ?? '' });
    }
  }
  return replacements.length === 0 ? undefined : replacements;
}
