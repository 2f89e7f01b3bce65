import { splitWords } from '../../../core/memory/recall/splitWords.ts';
import { type Episode, episodeSchema } from '../../../protocol/memory.ts';
import type { MemoryDatabase } from './openMemoryDatabase.ts';
import type { TableGroup } from './tableGroup.ts';

/** Words of what was solved. The episodes themselves are kept elsewhere; these rows are made anew from them whenever they are told. */
export const episodeTables: TableGroup = {
  name: 'episodes',
  migrations: [
    `
    CREATE TABLE episodes (id INTEGER PRIMARY KEY, episode TEXT NOT NULL) STRICT;
    CREATE VIRTUAL TABLE episode_words USING fts5 (
      goal, approach, signature, files, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
    );
    `,
  ],
};

/** Call inside `MemoryDatabase.write`. Puts these in the place of all that were there. */
export function setEpisodes({ connection }: MemoryDatabase, episodes: readonly Episode[]): void {
  connection.exec(`DELETE FROM episodes; INSERT INTO episode_words (episode_words) VALUES ('delete-all')`);
  const put = connection.prepare('INSERT INTO episodes (id, episode) VALUES (?, ?)');
  const putWords = connection.prepare(
    'INSERT INTO episode_words (rowid, goal, approach, signature, files) VALUES (?, ?, ?, ?, ?)',
  );
  for (const [index, episode] of episodes.entries()) {
    put.run(index + 1, JSON.stringify(episode));
    const fields = [episode.goal, episode.approach, episode.signature.join('\n'), episode.files.join('\n')];
    putWords.run(index + 1, ...fields.map((field) => splitWords(field).join(' ')));
  }
}

export function countEpisodes({ connection }: MemoryDatabase): number {
  return Number(connection.prepare('SELECT count(*) AS count FROM episodes').get()?.['count'] ?? 0);
}

/** Undefined for a row that another product wrote in another form. */
export function parseEpisode(text: string): Episode | undefined {
  const parsed = episodeSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}
