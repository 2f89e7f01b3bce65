import { type Failure, failure } from '../base/failure.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { Sha256 } from '../base/hash.ts';
import type { ImageChoice } from '../core/environments/devcontainer.ts';
import type { EnvironmentPlan } from '../core/environments/environmentPlan.ts';
import { planEnvironment } from '../core/environments/environmentPlan.ts';
import type { EnvironmentApproval, Environments } from '../core/environments/environments.ts';
import type { TreeStore } from '../core/repository/repository.ts';
import type { EnvironmentView } from '../protocol/host.ts';

export interface EnvironmentDeskOptions {
  readonly store: Pick<TreeStore, 'snapshot' | 'paths' | 'read'>;
  readonly environments: Environments;
  readonly sha256: Sha256;
}

/** Shows what a tree asks for and takes a person's word on it. */
export class EnvironmentDesk {
  private readonly options: EnvironmentDeskOptions;
  private readonly never = new AbortController().signal;

  constructor(options: EnvironmentDeskOptions) {
    this.options = options;
  }

  /** Of a tree of the store; of the checkout as it is now when none is given. */
  async view(tree: string | undefined): Promise<Result<EnvironmentView, Failure>> {
    const plan = await this.plan(tree);
    return plan.ok ? ok(await this.toView(plan.value)) : plan;
  }

  /** What is agreed to must be what the tree asks for now: a person agrees to what was shown. */
  async toApprove(approval: EnvironmentApproval, tree: string | undefined): Promise<Result<EnvironmentPlan, Failure>> {
    const plan = await this.plan(tree);
    if (!plan.ok) {
      return plan;
    }
    if (plan.value.definition === '') {
      return fail(
        failure('nothing-to-approve', 'There is nothing to agree to: the base image is all that is asked for.'),
      );
    }
    if (plan.value.definition !== approval.definition) {
      const message = 'What the repository asks for has changed; look at it again with `nightshift environment`.';
      return fail(failure('changed-meanwhile', message));
    }
    return plan;
  }

  keep(approval: EnvironmentApproval): Promise<Result<void, Failure>> {
    return this.options.environments.approve(approval);
  }

  private async plan(tree: string | undefined): Promise<Result<EnvironmentPlan, Failure>> {
    const { store, sha256 } = this.options;
    const snapshot = tree === undefined ? await store.snapshot(this.never) : ok({ tree });
    if (!snapshot.ok) {
      return snapshot;
    }
    const at = snapshot.value.tree;
    const paths = await store.paths(at, this.never);
    if (!paths.ok) {
      return paths;
    }
    const read = async (path: string): Promise<Uint8Array | null> => {
      const bytes = await store.read(at, path, this.never);
      return bytes.ok ? bytes.value : null;
    };
    return planEnvironment({ paths: paths.value, read }, sha256);
  }

  async toView(plan: EnvironmentPlan): Promise<EnvironmentView> {
    const { source, definition, image, fetches, steps, network, scripts, files, testCommand, warnings } = plan;
    const approval = definition === '' ? undefined : await this.options.environments.approvalOf(definition);
    return {
      source,
      definition,
      status: definition === '' ? 'base' : approval === undefined ? 'needs-approval' : 'approved',
      image: image.kind === 'base' ? null : image.kind === 'image' ? image.reference : image.path,
      ...(image.kind === 'dockerfile' ? { dockerfile: dockerfileView(image, files) } : {}),
      fetches: [...fetches],
      steps: steps.map(({ argv }) => [...argv]),
      network: typeof network === 'boolean' ? network : [...network],
      hosts: [...(approval?.hosts ?? [])],
      scripts,
      files: files.map((file) => file.path),
      ...(testCommand === undefined ? {} : { testCommand: [...testCommand] }),
      warnings: [...warnings],
    };
  }
}

function dockerfileView(
  { path, target, arguments: given }: ImageChoice & { readonly kind: 'dockerfile' },
  files: EnvironmentPlan['files'],
): NonNullable<EnvironmentView['dockerfile']> {
  const text = files.find((file) => file.path === path)?.text ?? '';
  return { text, arguments: { ...given }, ...(target === undefined ? {} : { target }) };
}
