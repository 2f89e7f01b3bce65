import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { SandboxFailure } from '../../core/sandbox/sandbox.ts';
import type { SandboxSpec } from '../../core/sandbox/sandboxSpec.ts';
import { toolboxMount } from '../../core/sandbox/toolbox.ts';
import { engineCall } from './engineCall.ts';
import { fillToolbox, hasVolume } from './fillToolbox.ts';
import { probeBox } from './probeBox.ts';
import { type StartContext, type StartedSandbox, startSandbox } from './startSandbox.ts';

const answerMs = 10_000;
const never = new AbortController().signal;

type Started = Result<StartedSandbox, SandboxFailure>;
type BaseImage = (signal: AbortSignal) => Promise<Result<{ readonly id: string }, SandboxFailure>>;

/**
 * Starts boxes of images with a Node that can run the guest, and of those without, which get the base image's lent. Which one an image
 * is shows at its first start, once per engine: nothing that an image says of itself is believed.
 */
export class NodeLender {
  private readonly baseImage: BaseImage;
  /** Ids of images that started with what is in them. */
  private readonly able = new Set<string>();
  /** Images that did not, with the runtime under which a box with the toolbox was as it should be. */
  private readonly needy = new Set<string>();
  private filling: Promise<Result<string, SandboxFailure>> | undefined;

  constructor(baseImage: BaseImage) {
    this.baseImage = baseImage;
  }

  async start(spec: SandboxSpec, context: StartContext): Promise<Started> {
    if (this.needy.has(lentKey(spec))) {
      return this.startLent(spec, context);
    }
    const plain = await startSandbox(spec, context);
    if (plain.ok) {
      this.able.add(spec.image);
      return plain;
    }
    if (plain.error.reason !== 'start-failed' || this.able.has(spec.image)) {
      return plain;
    }
    const base = await this.baseImage(context.signal);
    if (!base.ok || base.value.id === spec.image) {
      return plain;
    }
    const lent = await this.startLent(spec, context);
    return lent.ok || lent.error.reason !== 'start-failed'
      ? lent
      : fail(
          failure(
            'start-failed',
            `${plain.error.message.replace(/\.$/, '')}; and with Node lent to it: ${lent.error.message}`,
          ),
        );
  }

  /** What was learnt is of another engine. */
  forget(): void {
    this.able.clear();
    this.needy.clear();
    this.filling = undefined;
  }

  private async startLent(spec: SandboxSpec, context: StartContext): Promise<Started> {
    const volume = await this.toolbox(spec, context);
    if (!volume.ok) {
      return volume;
    }
    const started = await startSandbox({ ...spec, mounts: [toolboxMount(volume.value)] }, context);
    if (!started.ok) {
      // It may have been emptied: the next start looks.
      this.filling = undefined;
      return started;
    }
    const checked = this.needy.has(lentKey(spec)) ? ok(undefined) : await this.check(started.value, context);
    if (!checked.ok) {
      await started.value.sandbox.destroy();
      return checked;
    }
    this.needy.add(lentKey(spec));
    return started;
  }

  /** The first box of an image with the toolbox has to be as its specification, with this one mount and no other. */
  private async check(
    { sandbox }: StartedSandbox,
    { docker, engineCpus, signal }: StartContext,
  ): Promise<Result<void, SandboxFailure>> {
    const judged = await probeBox(docker, sandbox, engineCpus, signal);
    if (!judged.ok) {
      return judged;
    }
    const { looser } = judged.value;
    return looser.length === 0
      ? ok(undefined)
      : fail(failure('start-failed', `A box of this image is looser than its specification (${looser.join('; ')}).`));
  }

  /** Filled once for all that wait for it, so one of them that is cancelled does not end it; again where it was removed. */
  private async toolbox(
    spec: SandboxSpec,
    { docker, podman, signal }: StartContext,
  ): Promise<Result<string, SandboxFailure>> {
    const fill = async (): Promise<Result<string, SandboxFailure>> => {
      const base = await this.baseImage(never);
      return base.ok ? fillToolbox(docker, base.value.id, podman ? undefined : spec.runtime, never) : base;
    };
    const filling = (this.filling ??= fill());
    const filled = await filling;
    const there = filled.ok
      ? await engineCall(
          { what: 'Looking for the lent Node', deadline: answerMs, signal, reason: 'start-failed' },
          () => hasVolume(docker, filled.value),
        )
      : filled;
    if (there.ok && there.value) {
      return filled;
    }
    if (this.filling === filling) {
      this.filling = filled.ok ? fill() : undefined;
    }
    return this.filling ?? filled;
  }
}

function lentKey({ image, runtime }: SandboxSpec): string {
  return `${image} ${runtime}`;
}
