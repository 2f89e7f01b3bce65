import type { CommitFact } from '../../../core/memory/commitFact.ts';

/**
 * What `git log -z` is asked for. No field can hold NUL. The changes come as `--raw`, each a field that begins with a colon and
 * one with the path, so no message and no name of a file can be taken for the head of the next commit.
 */
export const historyFormat = '%H%x00%ct%x00%aN <%aE>%x00%B%x00';

/** Of one commit; the rest of a longer message or a bigger change finds nothing and costs much. */
const longestMessage = 16_384;
const mostFiles = 2_000;

const trailer =
  /^(?:[A-Za-z][\w-]*-by:|change-id:|cherry-picked|\(cherry picked from commit|pull-request:|release-note:|git-svn-id:)/i;

/** Cuts what Git answers into commits as it comes, however it is divided. */
export class HistoryParser {
  private rest: Buffer = Buffer.alloc(0);
  private fields: string[] = [];
  private raw: Buffer[] = [];

  push(bytes: Buffer): CommitFact[] {
    const commits: CommitFact[] = [];
    let buffer = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    let end = buffer.indexOf(0);
    while (end >= 0) {
      this.take(buffer.subarray(0, end), commits);
      buffer = buffer.subarray(end + 1);
      end = buffer.indexOf(0);
    }
    this.rest = Buffer.from(buffer);
    return commits;
  }

  /** The last commit, which nothing follows. */
  end(): CommitFact[] {
    const commits: CommitFact[] = [];
    this.finish(commits);
    return commits;
  }

  private take(field: Buffer, commits: CommitFact[]): void {
    if (this.fields.length === 5 && !this.isChange(field)) {
      this.finish(commits);
    }
    if (this.fields.length < 5) {
      // The fifth is the empty one between the message and the changes.
      this.fields.push(field.toString('utf8'));
    } else {
      this.raw.push(Buffer.from(field));
    }
  }

  /** Changes come in pairs: what changed, then the path. */
  private isChange(field: Buffer): boolean {
    return this.raw.length % 2 === 1 || field[0] === 0x3a || (field[0] === 0x0a && field[1] === 0x3a);
  }

  private finish(commits: CommitFact[]): void {
    const [id = '', time = '', author = '', message = ''] = this.fields;
    if (this.fields.length === 5 && /^[0-9a-f]{40,64}$/.test(id)) {
      const paths = this.raw.filter((_, index) => index % 2 === 1).slice(0, mostFiles);
      commits.push({
        id,
        author: author.slice(0, 500),
        time: Number(time) || 0,
        ...splitMessage(message.slice(0, longestMessage)),
        // A name that is no UTF-8 is no file of the index either.
        files: paths.map((path) => path.toString('utf8')).filter((path) => !path.includes('\u{FFFD}')),
      });
    }
    this.fields = [];
    this.raw = [];
  }
}

/** The first line, and the rest without lines that say who signed or reviewed it. */
export function splitMessage(message: string): { readonly subject: string; readonly body: string } {
  const lines = message.replaceAll('\r', '').split('\n');
  const first = lines.findIndex((line) => line.trim() !== '');
  const subject = (lines[first] ?? '').trim();
  const body = lines
    .slice(first + 1)
    .filter((line) => !trailer.test(line.trim()))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return { subject, body: first < 0 ? '' : body };
}
