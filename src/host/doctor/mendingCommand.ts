/** Parts that may be installed and only not running or not known to each other. */
export type MendablePart = 'engine' | 'runtime' | 'model';

export interface MendedMachine {
  readonly platform: NodeJS.Platform;
  /** Whether a program of this name is on the path. */
  readonly has: (program: string) => boolean;
  /** Set where the engine is elsewhere than usual, so that starting the usual one helps nobody. */
  readonly engineAddress: string | undefined;
  /** As `engineAddress`, of the server of models. */
  readonly modelAddress: string | undefined;
}

/** What a person types to mend a part of this machine that is installed; undefined where it is not, or nobody can say. */
export function mendingCommand(
  part: MendablePart,
  { platform, has, engineAddress, modelAddress }: MendedMachine,
): string | undefined {
  if (part === 'model') {
    const isHere = modelAddress === undefined || /\b(?:localhost|127\.0\.0\.1|0\.0\.0\.0)\b/.test(modelAddress);
    return isHere && has('ollama') ? 'ollama serve' : undefined;
  }
  if (part === 'runtime') {
    return platform === 'linux' && has('runsc') && has('dockerd')
      ? `sudo runsc install && ${systemService('restart', has)}`
      : undefined;
  }
  if (engineAddress !== undefined) {
    return undefined;
  }
  if (platform === 'darwin') {
    return has('docker') ? 'open -a Docker' : undefined;
  }
  if (platform !== 'linux') {
    return undefined;
  }
  return has('dockerd')
    ? systemService('start', has)
    : has('podman') && has('systemctl')
      ? 'systemctl --user start podman.socket'
      : undefined;
}

function systemService(verb: 'start' | 'restart', has: MendedMachine['has']): string {
  return has('systemctl') ? `sudo systemctl ${verb} docker` : `sudo service docker ${verb}`;
}
