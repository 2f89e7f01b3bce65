import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { SandboxOwner } from '../sandbox/sandboxSpec.ts';
import type { EnvironmentFailure } from './environmentFailure.ts';
import type { EnvironmentPlan } from './environmentPlan.ts';

/** A person's word that exactly this definition may be set up. Kept apart from every workspace. */
export interface EnvironmentApproval {
  readonly definition: string;
  /** Hosts that setup may reach besides public ones, on a port where one is given: named by the person, never by a repository. */
  readonly hosts: readonly string[];
}

export interface GivenApproval extends EnvironmentApproval {
  /** ISO 8601. */
  readonly approvedAt: string;
}

export interface EnvironmentRequest {
  readonly plan: EnvironmentPlan;
  readonly approval: EnvironmentApproval;
  readonly owner: SandboxOwner;
  readonly requireGvisor: boolean;
}

/** An image that boxes can be started from. */
export interface ReadyEnvironment {
  readonly key: string;
  /** The image's immutable id. */
  readonly image: string;
  /** False when it was there already. */
  readonly built: boolean;
  /** Hosts that were reached while it was built. */
  readonly reached: readonly string[];
  /** What its steps printed, capped; empty when it was there already. */
  readonly output: string;
}

export interface EnvironmentBuildFailure extends EnvironmentFailure {
  /** What the steps printed until then, capped. */
  readonly output?: string;
}

/** What a person has agreed to, and the images made of it. */
export interface Environments {
  /** Undefined when nobody agreed to it. */
  approvalOf(definition: string): Promise<GivenApproval | undefined>;
  approve(approval: EnvironmentApproval): Promise<Result<void, Failure>>;
  /** Finds or makes the image of an approved definition. Asked twice at once for the same one, it is made once. */
  ensure(request: EnvironmentRequest, signal: AbortSignal): Promise<Result<ReadyEnvironment, EnvironmentBuildFailure>>;
}
