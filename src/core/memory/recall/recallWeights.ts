/**
 * What each list counts for beside the others, whose best is 1. Tried by hand, one at a time, on six public repositories (348 cases)
 * and seen not to do harm on eight others (480 cases). Neighbours in the graph were measured on the six through the whole product: 0.15
 * costs .045 of recall@5, and between 0 and 0.05 nothing is to be told apart. For vectors there was no trained model: theirs is the
 * weight at which made-up lists cost less than .01 of recall@10 where they are chance, and gain where they are more
 * (`npm run eval:recall -- --made-vectors`). For frames, made-up stack traces of five files with the answer in one of the three innermost
 * were asked for on the six, with the question before them and without it: of 2, 3 and 4, 2 is best with a question (MRR@10 .88, .87,
 * .85) and 4 without one (.62, .67, .69). What frames lead to was weighed on every fourth of these questions, files, commits and tasks
 * together: at 0.75 the newest commit of the file is among ten in .69 of them (.01 without), and recall@10 of files goes from .817 to .799
 * with a question and from .702 to .709 without one; at 1 it is .91, .790 and .702. Questions without a stack trace it does not touch.
 */
export interface RecallWeights {
  /** Words of whole files. */
  readonly files: number;
  /** Words of their best places. */
  readonly chunks: number;
  /** Words that stand side by side. */
  readonly phrases: number;
  /** Names of files and folders. */
  readonly names: number;
  /** Files that commits with alike messages changed. */
  readonly history: number;
  /** Files that change often, lately: the only one that the question plays no part in. */
  readonly churn: number;
  readonly vectors: number;
  /** A test of a file, or what a test tests, as a share of that file's score. */
  readonly namesake: number;
  /** Factor of a test's score: tests say the words of what they test, and mostly follow it. */
  readonly test: number;
  /** The same where the question speaks of tests. */
  readonly askedTest: number;
  /** Neighbours in the graph, as a share. */
  readonly neighbours: number;
  /** Places that the question names. */
  readonly frames: number;
  /** Commits and tasks that a stack trace leads to, beside its file, whose score is 1. */
  readonly traced: number;
}

export const recallWeights: RecallWeights = {
  files: 1,
  chunks: 1,
  phrases: 0.7,
  names: 0.6,
  history: 1.2,
  churn: 0.1,
  vectors: 1,
  namesake: 0.15,
  test: 0.8,
  askedTest: 1.2,
  neighbours: 0.025,
  frames: 3,
  traced: 0.75,
};
