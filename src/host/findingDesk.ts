import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { Serializer } from '../base/async.ts';
import { errorText, type Failure, failure } from '../base/failure.ts';
import type { Sha256 } from '../base/hash.ts';
import type { Logger } from '../base/logger.ts';
import type { QuotedLines } from '../base/quotedLines.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { anchorFindings, fileLines, placeFinding, type ReadLines } from '../core/findings/anchorFindings.ts';
import type { Finding } from '../core/findings/finding.ts';
import { type FindingBook, type FindingStore, withDismissed, withImported } from '../core/findings/findingBook.ts';
import { readSarif } from '../core/findings/readSarif.ts';
import { maxSarifBytes } from '../core/findings/sarifLog.ts';
import { type ExportedFinding, writeSarif } from '../core/findings/writeSarif.ts';
import type { FindingView } from '../protocol/findings.ts';
import type { HostResult } from '../protocol/host.ts';
import type { StateFeed } from './stateFeed.ts';

export interface FindingDeskOptions {
  readonly root: string;
  readonly store: FindingStore;
  readonly feed: Pick<StateFeed, 'showFindings'>;
  readonly logger: Logger;
  readonly sha256: Sha256;
  /** What agents reported. */
  readonly reported: () => readonly Finding[];
  /** Bytes of a file of the checkout; undefined where nothing may be written. No link is followed. */
  readonly readFile: (path: string) => Promise<Uint8Array | undefined>;
}

/** Longer files are no source code. */
const maxFileBytes = 5 * 1024 * 1024;

/** What tools and agents found in a workspace, where it stands now, and what a person said of it. */
export class FindingDesk {
  private readonly options: FindingDeskOptions;
  /** One change at a time. */
  private readonly changes = new Serializer();
  private known: Promise<FindingBook> | undefined;
  private problem: string | undefined;
  private revision = 0;
  private announced = '';

  constructor(options: FindingDeskOptions) {
    this.options = options;
  }

  /** Tells clients how many there are, where that changed. */
  async announce(isChanged = false): Promise<void> {
    const all = this.all(await this.book());
    const dismissed = all.filter((each) => each.dismissed !== undefined).length;
    const ids = all.map(({ id }) => id).join(' ');
    if (isChanged || ids !== this.announced) {
      this.announced = ids;
      this.revision += 1;
      this.options.feed.showFindings({ open: all.length - dismissed, dismissed, revision: this.revision });
    }
  }

  async list(): Promise<Result<HostResult<'listFindings'>, Failure>> {
    const read = this.reader();
    const findings = await Promise.all(this.all(await this.book()).map((each) => toView(each, read)));
    return ok({ findings, ...(this.problem === undefined ? {} : { problem: this.problem }) });
  }

  async import(file: string, signal: AbortSignal): Promise<Result<HostResult<'importFindings'>, Failure>> {
    const text = await readSarifFile(file);
    if (!text.ok) {
      return text;
    }
    const report = readSarif(text.value, this.options.root.replaceAll('\\', '/'));
    if (!report.ok) {
      return fail(failure('bad-sarif', `Nothing was imported from ${file}: ${report.error.message}.`));
    }
    const { tools, findings: reported, elsewhere } = report.value;
    const { findings, suppressed } = await anchorFindings(reported, this.reader(), this.options.sha256);
    if (signal.aborted) {
      return fail(failure('aborted', 'The import was cancelled; nothing was imported.'));
    }
    // A reason that the person gave here stands.
    const kept = await this.change((book) =>
      withDismissed(withImported(book, tools, findings), { ...suppressed, ...book.dismissed }),
    );
    return kept.ok ? ok({ tools: [...tools], imported: findings.length, elsewhere }) : kept;
  }

  /** Without a reason it is restored. */
  async decide(id: string, reason?: string): Promise<Result<{ finding: FindingView }, Failure>> {
    const kept = await this.change((book) =>
      this.all(book).some((each) => each.id === id) ? withDismissed(book, { [id]: reason }) : undefined,
    );
    const finding = this.all(await this.book()).find((each) => each.id === id);
    if (!kept.ok) {
      return kept;
    }
    return finding === undefined
      ? fail(failure('no-such-finding', `There is no finding ${id}; \`nightshift findings\` lists them.`))
      : ok({ finding: await toView(finding, this.reader()) });
  }

  async export(): Promise<Result<{ sarif: string }, Failure>> {
    const read = this.reader();
    const all = await Promise.all(
      this.all(await this.book()).map(async (each) => ({ ...each, ...(await placed(each, read)) })),
    );
    return ok({ sarif: writeSarif(all) });
  }

  private all({ imported, dismissed }: FindingBook): readonly ExportedFinding[] {
    return [...imported, ...this.options.reported()].map((each) => ({ ...each, dismissed: dismissed[each.id] }));
  }

  private book(): Promise<FindingBook> {
    return (this.known ??= this.options.store.read().then(({ book, problem }) => {
      if (problem !== undefined) {
        this.problem = problem;
        this.options.logger.warn(problem);
      }
      return book;
    }));
  }

  private change(next: (book: FindingBook) => FindingBook | undefined): Promise<Result<void, Failure>> {
    return this.changes.run(async () => {
      const book = next(await this.book());
      if (book === undefined) {
        return ok(undefined);
      }
      const written = await this.options.store.write(book);
      if (written.ok) {
        this.known = Promise.resolve(book);
        this.problem = undefined;
        await this.announce(true);
      }
      return written;
    });
  }

  /** Each file is read once for all findings in it. */
  private reader(): ReadLines {
    const known = new Map<string, ReturnType<ReadLines>>();
    const read: ReadLines = async (path) => {
      const bytes = await this.options.readFile(path).catch(() => undefined);
      return bytes === undefined || bytes.byteLength > maxFileBytes ? undefined : fileLines(bytes);
    };
    return (path) => {
      const lines = known.get(path) ?? read(path);
      known.set(path, lines);
      return lines;
    };
  }
}

async function toView(finding: ExportedFinding, read: ReadLines): Promise<FindingView> {
  const { quote, fix: _, dismissed, task, ...said } = finding;
  const { region, stale, fix } = await placed(finding, read);
  return {
    ...said,
    region,
    stale,
    ...(quote === undefined ? {} : { quote: copied(quote) }),
    ...(fix === undefined ? {} : { fix: fix.map((each) => ({ ...each, quote: copied(each.quote) })) }),
    ...(dismissed === undefined ? {} : { dismissed }),
    ...(task === undefined ? {} : { task }),
  };
}

function copied(quote: QuotedLines): NonNullable<FindingView['quote']> {
  return { ...quote, lines: [...quote.lines] };
}

/** A finding and the parts of its fix where they stand now. */
async function placed(
  { region, quote, path, fix }: Finding,
  read: ReadLines,
): Promise<ReturnType<typeof placeFinding> & Pick<Finding, 'fix'>> {
  const parts =
    fix &&
    (await Promise.all(
      fix.map(async (each) => ({ ...each, region: placeFinding(each, await read(each.path)).region })),
    ));
  return { ...placeFinding({ region, quote }, await read(path)), ...(parts === undefined ? {} : { fix: parts }) };
}

/** The text of a file that a person named; anything that is no file of a fair size is refused before it is read. */
async function readSarifFile(file: string): Promise<Result<string, Failure>> {
  if (!isAbsolute(file)) {
    return fail(failure('bad-path', `${file} is no absolute path; name the whole path of the SARIF file.`));
  }
  try {
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) {
        return fail(failure('bad-sarif', `${file} is no file; name a SARIF 2.1.0 file.`));
      }
      if (stats.size > maxSarifBytes) {
        const limit = `${maxSarifBytes / 1024 / 1024} MiB`;
        return fail(failure('bad-sarif', `${file} has more than ${limit}; let the tool check fewer files at once.`));
      }
      const bytes = await handle.readFile();
      return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    } finally {
      await handle.close();
    }
  } catch (error) {
    return error instanceof TypeError
      ? fail(failure('bad-sarif', `${file} is not UTF-8; save it as UTF-8 and import it again.`))
      : fail(failure('unreadable', `${file} cannot be read: ${errorText(error)}.`));
  }
}
