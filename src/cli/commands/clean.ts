import type { HostParams } from '../../protocol/host.ts';
import { storageClasses } from '../../protocol/storage.ts';
import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { flag, stringOption, stringOptions } from '../optionValues.ts';
import { withHost } from '../withHost.ts';

/** Days from which `clean` takes what nobody needs any more. */
const usualDays = 14;

export const cleanCommand: Command = {
  name: 'clean',
  summary:
    'Remove old images, left boxes and trees of tasks that are over; never work that is not merged, never a trace',
  operands: [],
  options: {
    'dry-run': { type: 'boolean', help: 'only show what would go, what stays, and why' },
    'older-than': {
      type: 'string',
      value: 'DAYS',
      help: `age from which unneeded things go (default: ${usualDays}); what is left of dead processes always goes`,
    },
    only: { type: 'string', value: 'CLASS', multiple: true, help: `one of ${storageClasses.join(', ')}` },
  },
  json: true,
  run: (invocation) => {
    const { values, writer, signal } = invocation;
    const text = stringOption(values, 'older-than') ?? String(usualDays);
    const olderThanDays = /^\d{1,5}(\.\d+)?$/.test(text) ? Number(text) : undefined;
    if (olderThanDays === undefined) {
      const message = `--older-than takes a number of days, for example 7; "${text}" is none.`;
      return Promise.resolve({ reason: 'bad-option', message, exitCode: exitCode.usage });
    }
    const only = stringOptions(values, 'only');
    const classes = storageClasses.filter((name) => only.includes(name));
    const stranger = only.find((name) => !classes.some((each) => each === name));
    if (stranger !== undefined) {
      const message = `--only knows no "${stranger}"; name one of ${storageClasses.join(', ')}.`;
      return Promise.resolve({ reason: 'bad-option', message, exitCode: exitCode.usage });
    }
    const request: HostParams<'cleanUp'> = {
      apply: !flag(values, 'dry-run'),
      olderThanDays,
      ...(only.length === 0 ? {} : { classes }),
    };
    return withHost(invocation, { trace: false, start: true }, async (client) => {
      const report = await client.request('cleanUp', request, signal);
      if (!report.ok) {
        return report.error;
      }
      writer.cleaned(report.value, request.apply);
      const failed = report.value.problems.length > 0 || report.value.items.some((item) => item.action === 'failed');
      return failed ? exitCode.failed : exitCode.done;
    });
  },
};
