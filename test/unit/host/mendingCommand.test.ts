import { describe, expect, it } from 'vitest';
import { type MendablePart, mendingCommand, type MendedMachine } from '../../../src/host/doctor/mendingCommand.ts';

function machine(programs: readonly string[], changes: Partial<MendedMachine> = {}): MendedMachine {
  const has = (program: string): boolean => programs.includes(program);
  return { platform: 'linux', has, engineAddress: undefined, modelAddress: undefined, ...changes };
}

describe('what a person types to mend a part', () => {
  it.each<[string, MendablePart, MendedMachine, string | undefined]>([
    ['Docker with systemd', 'engine', machine(['dockerd', 'systemctl']), 'sudo systemctl start docker'],
    ['Docker without it', 'engine', machine(['dockerd']), 'sudo service docker start'],
    ['Podman alone', 'engine', machine(['podman', 'systemctl']), 'systemctl --user start podman.socket'],
    ['Docker Desktop', 'engine', machine(['docker'], { platform: 'darwin' }), 'open -a Docker'],
    ['nothing installed', 'engine', machine([]), undefined],
    ['an engine elsewhere', 'engine', machine(['dockerd'], { engineAddress: 'ssh://me@builder' }), undefined],
    ['Windows', 'engine', machine(['docker'], { platform: 'win32' }), undefined],
    [
      'gVisor that is not registered',
      'runtime',
      machine(['runsc', 'dockerd', 'systemctl']),
      'sudo runsc install && sudo systemctl restart docker',
    ],
    ['no gVisor', 'runtime', machine(['dockerd', 'systemctl']), undefined],
    ['Ollama', 'model', machine(['ollama']), 'ollama serve'],
    ['no Ollama', 'model', machine([]), undefined],
    ['Ollama elsewhere', 'model', machine(['ollama'], { modelAddress: 'http://10.0.0.7:11434' }), undefined],
  ])('%s', (_, part, on, command) => {
    expect(mendingCommand(part, on)).toBe(command);
  });
});
