import { readFile, rename } from 'node:fs/promises';
import * as z from 'zod';
import { errorText, type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { FindingBook, FindingStore } from '../../core/findings/findingBook.ts';
import { writeWhole } from '../repository/writeWhole.ts';

const count = z.int().nonnegative();
const region = z.strictObject({
  startLine: count,
  startCharacter: count,
  endLine: count,
  endCharacter: count.optional(),
});
const quote = z.strictObject({
  before: z.string().nullable(),
  lines: z.array(z.string()),
  after: z.string().nullable(),
});
const finding = z.strictObject({
  id: z.string().min(1),
  tool: z.string(),
  rule: z.string(),
  severity: z.enum(['error', 'warning', 'note']),
  message: z.string(),
  path: z.string().min(1),
  region,
  quote: quote.optional(),
  fix: z
    .array(z.strictObject({ path: z.string().min(1), region, text: z.string(), quote, oldText: z.string() }))
    .optional(),
});
const fileSchema = z.strictObject({
  version: z.literal(1),
  imported: z.array(finding),
  dismissed: z.record(z.string(), z.string()),
});

const empty: FindingBook = { imported: [], dismissed: {} };

/** More would be neither sent to a window nor read by anybody. */
const maxCharacters = 32 * 1024 * 1024;

/** The findings of one workspace in a file of the user's own state home, closed to other users. */
export class FindingFile implements FindingStore {
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async read(): Promise<{ readonly book: FindingBook; readonly problem?: string }> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      return isAbsent ? { book: empty } : { book: empty, problem: `${this.path} cannot be read: ${errorText(error)}.` };
    }
    const parsed = fileSchema.safeParse(parse(text));
    if (parsed.success) {
      return { book: parsed.data };
    }
    const aside = this.path.replace(/\.json$/, `.damaged-${Date.now()}.json`);
    const moved = await rename(this.path, aside).then(
      () => `It was set aside as ${aside}`,
      (error: unknown) => `It cannot be set aside (${errorText(error)})`,
    );
    return {
      book: empty,
      problem: `The file of findings was damaged. ${moved}; import the findings again, and dismiss again what was dismissed.`,
    };
  }

  async write({ imported, dismissed }: FindingBook): Promise<Result<void, Failure>> {
    const text = JSON.stringify({ version: 1, imported, dismissed });
    if (text.length > maxCharacters) {
      const message = 'All findings together are too many to be kept; import fewer of them, or fewer tools.';
      return fail(failure('too-many-findings', message));
    }
    try {
      await writeWhole(this.path, `${text}\n`);
      return ok(undefined);
    } catch (error) {
      return fail(failure('state-unwritable', `Findings cannot be kept in ${this.path}: ${errorText(error)}.`));
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
