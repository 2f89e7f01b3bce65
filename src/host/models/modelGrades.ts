import { join } from 'node:path';
import { Serializer, withDeadline } from '../../base/async.ts';
import { type Failure, failure } from '../../base/failure.ts';
import type { Logger } from '../../base/logger.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { LanguageModel, ModelInfo } from '../../core/models/languageModel.ts';
import { formatModelId } from '../../core/models/modelId.ts';
import { reserve } from '../../core/models/sharedModel.ts';
import { readTextualCall } from '../../core/tools/textualCall.ts';
import type { Trial } from '../../core/models/trial/trialJudgement.ts';
import { tryOut } from '../../core/models/trial/tryOut.ts';
import { type GradedModel, type KeptGrade, readGrade, writeGrade } from '../../node/models/grades/gradeFiles.ts';

/** Milliseconds for all questions together, the loading of the model included: more says that it is too slow for work. */
const trialMs = 5 * 60_000;

/** Drivers whose models are not asked without a word: a recording has only its script, and a window's model may cost its user. */
const untried: ReadonlySet<string> = new Set(['replay', 'vscode']);

export function isTriedOut({ id, replay }: Pick<ModelInfo, 'id' | 'replay'>): boolean {
  return !replay && !untried.has(id.driver);
}

export interface TrialRequest {
  readonly model: LanguageModel;
  readonly info: ModelInfo;
  readonly endpoint: string;
  readonly contextTokens: number;
  readonly signal: AbortSignal;
  readonly onQuestion?: (what: string) => void;
}

/** The grades of one user on one machine, kept in their home: every host and command there reads and writes the same. */
export class ModelGrades {
  private readonly folder: string;
  private readonly logger: Logger;
  /** One trial at a time: what waits for the same model finds its grade then. */
  private readonly trials = new Serializer();

  constructor(home: string, logger: Logger) {
    this.folder = join(home, 'models', 'grades');
    this.logger = logger;
  }

  known(model: GradedModel): Promise<KeptGrade | undefined> {
    return readGrade(this.folder, model);
  }

  /** The kept grade, or what a trial finds; `onStart` is awaited before the first question. */
  async knownOrTried(request: TrialRequest, onStart: () => Promise<void>): Promise<Result<Trial, Failure>> {
    const known = await this.known(gradedModel(request.info, request.endpoint));
    if (known !== undefined) {
      return ok(withoutTime(known));
    }
    await onStart();
    return this.trials.run(async () => {
      const meanwhile = await this.known(gradedModel(request.info, request.endpoint));
      const tried = meanwhile === undefined ? await this.ask(request) : ok(meanwhile);
      return tried.ok ? ok(withoutTime(tried.value)) : tried;
    });
  }

  /** Tries the model out, whatever is known of it. */
  try(request: TrialRequest): Promise<Result<KeptGrade, Failure>> {
    return this.trials.run(() => this.ask(request));
  }

  private async ask({ model, info, endpoint, ...options }: TrialRequest): Promise<Result<KeptGrade, Failure>> {
    const name = formatModelId(info.id);
    const { signal, onQuestion } = options;
    // One turn for all questions, and none of the model's time goes while others have theirs.
    const turn = await reserve(model, { contextTokens: options.contextTokens, signal });
    if (turn === undefined) {
      return fail(failure('aborted', `Trying out ${name} was cancelled.`));
    }
    const { contextTokens, chat, release } = turn;
    const asked: LanguageModel = { id: model.id, probe: (within) => model.probe(within), chat };
    const outcome = await withDeadline(trialMs, signal, `Trying out ${name}`, (within) =>
      tryOut(asked, info, {
        contextTokens,
        readTextualCall,
        signal: AbortSignal.any([signal, within]),
        ...(onQuestion === undefined ? {} : { onQuestion }),
      }),
    ).finally(release);
    const trial = outcome.ok ? outcome.value : fail(outcome.error.reason === 'timeout' ? tooSlow(name) : outcome.error);
    if (!trial.ok) {
      this.logger.warn(`${name} was not graded: ${trial.error.message}`);
      return trial;
    }
    this.logger.info(`${name} is ${trial.value.words}.`);
    const now = new Date();
    const kept = await writeGrade(this.folder, gradedModel(info, endpoint), trial.value, now);
    if (!kept.ok) {
      this.logger.warn(kept.error.message);
    }
    return ok({ ...trial.value, gradedAt: now.toISOString() });
  }
}

function tooSlow(name: string): Failure<'timeout'> {
  const limit = `${trialMs / 60_000} minutes`;
  return failure(
    'timeout',
    `${name} did not answer five small questions within ${limit}: choose a smaller model, or try again when its server is free.`,
  );
}

export function gradedModel(info: Pick<ModelInfo, 'id' | 'digest'>, endpoint: string): GradedModel {
  return { ...info.id, endpoint, ...(info.digest === undefined ? {} : { digest: info.digest }) };
}

function withoutTime({ gradedAt: _gradedAt, ...trial }: Trial & { readonly gradedAt?: string }): Trial {
  return trial;
}
