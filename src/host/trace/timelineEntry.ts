import { counted } from '../../base/counted.ts';
import type { Elision } from '../../core/models/historyCompaction.ts';
import type { TraceEvent, TraceEventData } from '../../core/trace/traceEvent.ts';
import type { TimelineRow } from '../../protocol/timeline.ts';
import { line } from './othersLine.ts';
import { decisionEntry } from './decisionEntry.ts';
import { progressText, readyText, reportText, runtimeBadge } from './progressText.ts';

/** One event as a person reads it. */
export interface TimelineEntry {
  /** Step of the agent, where it belongs to one. */
  readonly step?: number;
  readonly label: string;
  readonly style?: NonNullable<TimelineRow['style']>;
  readonly text: string;
  /** More of it, of several lines; folded unless all is wanted. */
  readonly detail?: string;
}

/** What an event says. */
export function timelineEntry(event: TraceEvent, asked?: string): TimelineEntry {
  switch (event.type) {
    case 'task-created': {
      const { goal, origin, model, replay, limits, product } = event.data;
      const recorded = replay ? ' (a recording)' : '';
      const most = `${counted(limits.newTokens, 'new token')}, ${counted(limits.steps, 'step')}, ${limits.seconds} s at most`;
      return {
        label: 'task',
        style: 'bold',
        text: line(goal),
        detail: `from ${origin.kind} · model ${model.driver}:${model.name}${recorded} · ${most} · ${product}\n${goal}`,
      };
    }
    case 'task-moved': {
      const { to, reason, note } = event.data;
      const why = reason === undefined ? '' : `: ${reason.message} (${reason.code})`;
      const said = note === undefined ? '' : `: you said: ${line(note)}`;
      return { label: 'state', style: to === 'failed' ? 'red' : 'cyan', text: `${to}${why}${said}` };
    }
    case 'task-resumed':
      return { label: 'state', style: 'cyan', text: 'taken up by another agent host' };
    case 'move-refused':
      return {
        label: 'refused',
        style: 'yellow',
        text: `${event.actor} wanted "${event.data.move}": ${event.data.reason}`,
      };
    case 'snapshot-taken': {
      const { branch, files, bytes, uncommitted, excluded } = event.data;
      const without = excluded.map(({ path, reason }) => `left out: ${path} (${reason})`).join('\n');
      const left = excluded.length === 0 ? '' : `, ${counted(excluded.length, 'file')} left out`;
      return {
        label: 'snapshot',
        text: `${branch ?? 'detached HEAD'}: ${counted(files, 'file')}, ${size(bytes)}, ${uncommitted} uncommitted${left}`,
        detail: without,
      };
    }
    case 'run-started':
      return { label: 'run', style: 'bold', text: `${event.data.agent} starts (${event.data.run})` };
    case 'run-ended': {
      const { outcome, reason, summary } = event.data;
      const why = reason === undefined ? '' : `: ${reason.message} (${reason.code})`;
      return {
        label: 'run',
        style: outcome === 'finished' ? 'bold' : 'red',
        text: `${outcome}${why}`,
        ...(summary === undefined ? {} : { detail: summary }),
      };
    }
    case 'sandbox-started': {
      const { sandbox, profile, runtime, isolatedKernel, startMs, unenforced } = event.data;
      const badge = runtimeBadge({ name: runtime, isolatedKernel, unenforced });
      return {
        label: 'box',
        text: `"${profile}" ${readyText(startMs)} · ${badge} · ${short(sandbox)}`,
      };
    }
    case 'sandbox-ended':
      return { label: 'box', text: `${short(event.data.sandbox)} ended: ${event.data.cause}` };
    case 'model-asked': {
      const { step, estimatedTokens, contextTokens, request, elided, purpose, form } = event.data;
      const without = elided === undefined ? '' : ` · without ${elidedText(elided)}`;
      const forWhat = purpose === undefined ? '' : ` · for a ${purpose}`;
      const about = `about ${counted(estimatedTokens, 'token')} of ${contextTokens.toLocaleString('en-US')}${without}${forWhat}${formText(form)}`;
      const said = asked === undefined ? `request ${short(request.sha256)}` : `"${line(firstLine(asked))}"`;
      return { step, label: 'asked', text: `${said} · ${about}`, ...(asked === undefined ? {} : { detail: asked }) };
    }
    case 'model-answered':
      return answered(event.data);
    case 'model-failed':
      return { step: event.data.step, label: 'model', style: 'red', text: reasonText(event.data.reason) };
    case 'call-refused': {
      const { step, call, reason } = event.data;
      const text = `${call.name}: ${reasonText(reason)}`;
      return { step, label: 'refused', style: 'yellow', text, detail: json(call.arguments) };
    }
    case 'tool-called': {
      const { step, tool, arguments: given, repairs } = event.data;
      return {
        step,
        label: 'call',
        style: 'cyan',
        text: `${tool} ${line(json(given))}${repairText(repairs)}`,
        detail: json(given, 2),
      };
    }
    case 'tool-returned': {
      const { step, tool, ok, output, reason, artifact, repairs } = event.data;
      const lines = output === '' ? 'nothing' : counted(output.split('\n').length, 'line');
      const more = artifact === undefined ? '' : ` of ${size(artifact.bytes)}`;
      const how = ok ? '' : ` failed${reason === undefined ? '' : ` (${reason})`}`;
      const text = `${tool}${how}: ${lines}${more}${output === '' ? '' : ` · ${line(firstLine(output))}`}${repairText(repairs ?? [])}`;
      return { step, label: 'result', ...(ok ? {} : { style: 'red' as const }), text, detail: output };
    }
    case 'tool-closed':
      return {
        label: 'guard',
        style: 'yellow',
        text: `${event.data.tool} is closed after ${counted(event.data.failures, 'failure')}`,
      };
    case 'notice-given':
      return {
        step: event.data.step,
        label: 'notice',
        style: 'yellow',
        text: `${event.data.guard}: ${line(event.data.text)}`,
        detail: event.data.text,
      };
    case 'guard-tripped':
      return {
        step: event.data.step,
        label: 'guard',
        style: 'red',
        text: `${event.data.guard}: ${reasonText(event.data.reason)}`,
      };
    case 'checkpoint-saved':
      return {
        step: event.data.step,
        label: 'saved',
        text: `checkpoint with ${counted(event.data.changes, 'changed file')}`,
      };
    case 'changeset-imported': {
      const { changeset, summary } = event.data;
      const files = changeset.files.map((file) => `${file.status} ${file.path} +${file.additions} -${file.deletions}`);
      const text = `${counted(files.length, 'file')} (${short(changeset.hash)}): ${line(summary)}`;
      return { label: 'changes', style: 'bold', text, detail: files.join('\n') };
    }
    case 'policy-judged': {
      const { refused, protected: guarded } = event.data.judgement;
      const listed = [...refused, ...guarded].map((item) => `${item.path}: ${item.message} (${item.rule})`);
      const first = listed[0] === undefined ? '' : ` · ${line(listed[0])}`;
      const text = `${counted(refused.length, 'path')} refused, ${guarded.length} protected${first}`;
      return {
        label: 'policy',
        ...(refused.length === 0 ? {} : { style: 'red' as const }),
        text,
        detail: listed.join('\n'),
      };
    }
    case 'proof-started':
      return { label: 'proof', text: `tests run in fresh boxes: ${event.data.command.join(' ')}` };
    case 'proof-ended': {
      const { verdict, reason, base, patched } = event.data.proof;
      const style = ({ green: 'green', red: 'red', unverified: 'yellow' } as const)[verdict];
      const text = `${verdict}: ${reason} Before: ${reportText(base)}; after: ${reportText(patched)}`;
      return { label: 'proof', style, text, detail: patched.outputTail };
    }
    case 'vote-cast':
      return { label: 'vote', text: `${event.data.agent} votes ${event.data.vote}: ${line(event.data.reason)}` };
    case 'apply-intended':
    case 'apply-ended':
    case 'changes-rejected':
    case 'file-reviewed':
    case 'terminal-opened':
    case 'taken-over':
    case 'task-archived':
    case 'undo-intended':
    case 'undo-ended':
      return decisionEntry(event);
    case 'user-said':
      return { label: 'note', text: `you said: ${line(event.data.text)}`, detail: event.data.text };
    case 'note-told':
      return { step: event.data.step, label: 'note', text: `the agent was told: ${line(event.data.text)}` };
    case 'comment-sent': {
      const { path, startLine, endLine, text, quote } = event.data;
      const lines = startLine === endLine ? `${startLine + 1}` : `${startLine + 1}-${endLine + 1}`;
      return { label: 'review', text: `comment on ${path}:${lines}: ${line(text)}`, detail: `${quote}\n${text}` };
    }
    case 'comment-answered':
      return {
        label: 'review',
        text: `comment ${event.data.comment} was answered: ${line(event.data.text)}`,
        detail: event.data.text,
      };
    case 'comment-resolved':
      return { label: 'review', text: `comment ${event.data.comment} is ${event.data.resolved ? 'resolved' : 'open'}` };
    case 'question-asked': {
      const { question, options } = event.data;
      return { label: 'note', text: `the agent asks: ${line(question)}`, detail: [question, ...options].join('\n') };
    }
    case 'finding-reported': {
      const { path, region, message } = event.data;
      return { label: 'note', text: `finding in ${path}:${region.startLine + 1}: ${line(message)}`, detail: message };
    }
    case 'journal-recovered':
      return {
        label: 'trace',
        style: 'yellow',
        text: `a torn last line of ${counted(event.data.bytes, 'byte')} was cut off`,
      };
    case 'environment-chosen': {
      const said = progressText(event) ?? 'the base image, as nothing else is asked for';
      return {
        label: 'setup',
        ...(event.data.problem === undefined ? {} : { style: 'yellow' as const }),
        text: line(said),
        detail: json(event.data, 2),
      };
    }
    case 'approval-given': {
      const hosts = event.data.hosts.length === 0 ? '' : ` · ${event.data.hosts.join(', ')}`;
      return { label: 'approval', text: line(`${progressText(event) ?? event.data.subject}${hosts}`) };
    }
    case 'trial-started':
      return { label: 'trial', text: line(progressText(event) ?? 'trying the model out') };
    case 'trial-ended': {
      const { result, reason } = event.data;
      const told = result?.findings.map(
        ({ question, passed, told: what }) => `${passed ? '+' : '-'} ${question}: ${what}`,
      );
      return {
        label: 'trial',
        ...(result === undefined || result.grade.level === 'unfit' ? { style: 'yellow' as const } : {}),
        text: line(progressText(event) ?? ''),
        detail: [...(told ?? []), ...(reason === undefined ? [] : [reasonText(reason)])].join('\n'),
      };
    }
    case 'limits-extended':
      return { label: 'limits', style: 'cyan', text: line(progressText(event) ?? 'limits raised') };
    case 'model-delayed':
      return { label: 'queue', style: 'yellow', text: line(event.data.message) };
    case 'sandbox-delayed':
    case 'engine-awaited':
      return { label: 'box', style: 'yellow', text: line(event.data.message) };
    case 'model-awaited':
      return { label: 'model', style: 'yellow', text: line(event.data.message) };
    case 'context-added': {
      const { source, tainted, text, artifact, path, leftOut } = event.data;
      const place = path === undefined ? '' : ` ${line(path)}`;
      const less = leftOut === undefined ? '' : `, ${counted(leftOut, 'line')} left out`;
      const others = `${place}${tainted ? ', which others may have written' : ''}${less}`;
      const kept = artifact === undefined ? 'nothing' : `${size(artifact.bytes)} (${short(artifact.sha256)})`;
      const told = text === undefined ? kept : line(firstLine(text));
      return { label: 'told', text: `${source}${others}: ${told}`, ...(text === undefined ? {} : { detail: text }) };
    }
    case 'memory-recalled': {
      const { purpose, sources, missing, milliseconds, query, reason } = event.data;
      const places = sources.map(({ kind, path, commit, task, startLine }) => {
        const named = path ?? task ?? commit ?? '';
        return `${kind} ${named}${path === undefined || startLine === undefined ? '' : `:${startLine}`}`;
      });
      const found = reason === undefined ? counted(sources.length, 'hit') : `nothing: ${reasonText(reason)}`;
      return {
        label: 'memory',
        ...(reason === undefined ? {} : { style: 'yellow' as const }),
        text: line(
          `${purpose === 'start' ? 'asked at the start' : 'asked by the agent'}: ${found} in ${Math.round(milliseconds)} ms`,
        ),
        detail: [query, ...places, ...missing.map((each) => `not searched: ${each}`)].join('\n'),
      };
    }
    case 'plan-made': {
      const { by, steps, reason } = event.data;
      const detail = steps.map((step, at) => `${at + 1}. ${step}`).join('\n');
      const text = reason === undefined ? `${by}: ${counted(steps.length, 'step')}` : `none: ${reasonText(reason)}`;
      return { label: 'plan', style: reason === undefined ? 'cyan' : 'yellow', text: line(text), detail };
    }
    case 'statement-signed':
      return {
        label: 'signed',
        text: `statement ${short(event.data.artifact.sha256)} about changes ${short(event.data.hash)}`,
      };
    default:
      return otherEntry(event satisfies never);
  }
}

function answered(data: Extract<TraceEvent, { type: 'model-answered' }>['data']): TimelineEntry {
  const {
    step,
    text,
    thinking,
    calls,
    finish,
    promptTokens,
    outputTokens,
    newTokens,
    milliseconds,
    counted: exact,
    truncated,
    window,
  } = data;
  const about = exact ? '' : 'about ';
  const spent = `${about}${promptTokens.toLocaleString('en-US')} in, ${outputTokens.toLocaleString('en-US')} out, ${newTokens.toLocaleString('en-US')} new`;
  const thought = thinking === '' ? '' : `thought ${counted(thinking.split('\n').length, 'line')} · `;
  const said = text.trim() === '' ? counted(calls.length, 'call') : `"${line(firstLine(text.trim()))}"`;
  const cut = finish === 'length' ? ' · cut off by its length' : '';
  const room = window === undefined ? '' : ` · the server has a window of ${counted(window, 'token')}`;
  const unseen = truncated ? ' · THE SERVER CUT THE PROMPT' : '';
  return {
    step,
    label: 'answer',
    ...(truncated ? { style: 'red' as const } : {}),
    text: `${thought}${said}${cut}${unseen}${room} · ${(milliseconds / 1_000).toFixed(1)} s · ${spent}`,
    detail: [thinking === '' ? '' : `thought:\n${thinking}`, text === '' ? '' : `said:\n${text}`]
      .filter(Boolean)
      .join('\n'),
  };
}

function elidedText({ thoughts, results, arguments: given, dropped }: Elision): string {
  const parts = [
    thoughts.length === 0 ? '' : counted(thoughts.length, 'thought'),
    results.length === 0 ? '' : counted(results.length, 'result'),
    given.length === 0 ? '' : `the texts of ${counted(given.length, 'call')}`,
    dropped === 0 ? '' : `the first ${counted(dropped, 'message')}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** An event that this version has no words for is shown with its data. */
export function otherEntry({ type, data }: { readonly type: string; readonly data: unknown }): TimelineEntry {
  return { label: 'event', text: `${type} ${line(json(data))}`, detail: json(data, 2) };
}

function formText(form: TraceEventData<'model-asked'>['form']): string {
  return form === 'decision' ? ' · held to a schema' : form === 'text' ? ' · asked in words' : '';
}

function repairText(repairs: TraceEventData<'tool-called'>['repairs']): string {
  const listed = repairs.map(({ rung, detail }) => (rung === 'unnamed' ? detail : `${rung} (${detail})`));
  return listed.length === 0 ? '' : ` · repaired: ${listed.join(', ')}`;
}

function reasonText({ code, message }: { readonly code: string; readonly message: string }): string {
  return `${message} (${code})`;
}

function size(bytes: number): string {
  return bytes < 1_024 ? counted(bytes, 'byte') : `${(bytes / 1_024).toFixed(1)} KiB`;
}

/** The beginning of a hash or an engine's id, as people compare them. */
function short(hash: string): string {
  return hash.slice(0, 12);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function json(value: unknown, spaces?: number): string {
  return JSON.stringify(value, undefined, spaces) ?? '';
}
