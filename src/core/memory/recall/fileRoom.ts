import type { VectorHit } from '../vectorIndex.ts';
import { fileHit, reasonsOf } from './describeHit.ts';
import { fileFilterOf } from './fileFilter.ts';
import { rankFiles } from './rankFiles.ts';
import type { FileFilter } from './recallSources.ts';
import { type Candidate, type RoomRequest, worth } from './room.ts';

/** Chunks that the vector index is asked for. */
const vectorCount = 100;

export async function recallFiles(request: RoomRequest): Promise<readonly Candidate[]> {
  const { query, understood, sources, weights, missing } = request;
  const filter = fileFilterOf(query, sources.words);
  if (!filter.ok) {
    missing.add(`words: ${filter.error.message}`);
    return [];
  }
  if (filter.value === undefined) {
    return [];
  }
  const vectorHits = await searchVectors(request, filter.value);
  const { files, commits, failures } = rankFiles({
    understood,
    commits: request.commits(),
    words: sources.words,
    filter: filter.value,
    weights,
    traced: request.traced,
    vectorHits,
    ...(sources.neighbours === undefined ? {} : { neighbours: sources.neighbours }),
  });
  for (const failure of failures) {
    missing.add(`words: ${failure.message}`);
  }
  const found: Candidate[] = [];
  for (const file of files) {
    const chunk = found.length < query.count ? sources.words.chunk(file.path, file.place) : undefined;
    if (chunk?.ok === false) {
      missing.add(`words: ${chunk.error.message}`);
    } else if (chunk?.value !== undefined) {
      const { text, startLine } = chunk.value;
      const reasons = reasonsOf(file, chunk.value, understood, commits);
      found.push({ hit: { ...fileHit(file, chunk.value, reasons), score: file.score }, text, startLine });
    }
  }
  // Whoever brings a stack trace wants the place that it names, whatever else shares its words.
  const isTraced = understood.frames.length > 0 && files[0]?.parts.has('trace') === true;
  return isTraced ? worth(found, understood, 1) : worth(found, understood);
}

async function searchVectors(
  { query, sources: { vectors }, missing }: RoomRequest,
  filter: FileFilter,
): Promise<readonly VectorHit[]> {
  if (typeof vectors !== 'function') {
    missing.add(`vectors: ${vectors?.missing ?? 'no embedding model'}`);
    return [];
  }
  if (query.query.trim() === '') {
    return [];
  }
  const found = await vectors(query.query, vectorCount, filter.accepts);
  if (!found.ok) {
    missing.add(`vectors: ${found.error.message}`);
  }
  return found.ok ? found.value : [];
}
