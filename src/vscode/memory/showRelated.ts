import { t } from '@vscode/l10n';
import type { Failure } from '../../base/failure.ts';
import { plainLine } from '../../base/plainText.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Entity, GraphResult } from '../../protocol/memory.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { graphButton } from './hitItems.ts';
import { memoryRoot, pathFrom } from './memoryRoot.ts';
import { openEntity } from './openEntity.ts';
import { relatedGroups, relatedQuestions } from './relatedGroups.ts';

/** Rows of one group. */
const shownRelated = 20;

/** What stands around the symbol under the cursor, or around a file: callers, tests, what changed with it, decisions, history. */
export const showRelated: Command = async (context, argument) => {
  const root = await memoryRoot(context);
  const wanted = root === undefined ? [] : wantedEntities(context, root, argument);
  if (root === undefined || wanted.length === 0) {
    if (root !== undefined) {
      context.dialogue.mention(t('Open a file of the repository, and put the cursor on a name.'));
    }
    return undefined;
  }
  return showRelatedTo(context, root, ...wanted);
};

/** Draws what stands around the symbol under the cursor, or around a file. */
export const showGraph: Command = async (context, argument) => {
  const root = await memoryRoot(context);
  const [wanted] = root === undefined ? [] : wantedEntities(context, root, argument);
  if (root === undefined || wanted === undefined) {
    if (root !== undefined) {
      context.dialogue.mention(t('Open a file of the repository, and put the cursor on a name.'));
    }
    return undefined;
  }
  await context.showGraph(root, wanted);
  return wanted;
};

/** What a command was called on, the most exact first: a file of the explorer, else the name under the cursor and the file around it. */
function wantedEntities({ window }: CommandContext, root: string, argument: unknown): readonly string[] {
  const named = fileOf(argument);
  const code = window.activeCode();
  const path = pathFrom(root, named ?? code?.path ?? '');
  const isOfEditor = named === undefined || named === code?.path;
  const name = isOfEditor ? window.nameAtCursor() : undefined;
  return [...(name === undefined ? [] : [name]), ...(path === undefined ? [] : [`file:${path}`])];
}

/** The path of an address that a menu hands over. */
function fileOf(argument: unknown): string | undefined {
  if (typeof argument !== 'object' || argument === null) {
    return undefined;
  }
  const { scheme, fsPath } = argument as Readonly<Record<string, unknown>>;
  return scheme === 'file' && typeof fsPath === 'string' ? fsPath : undefined;
}

/** Shows the groups of the first of the entities that the memory knows; answers what was chosen. */
export async function showRelatedTo(
  context: CommandContext,
  root: string,
  ...entities: readonly string[]
): Promise<Entity | undefined> {
  for (const entity of entities) {
    const related = await context.dialogue.withProgress(t('Nightshift looks into its memory'), (signal) =>
      askAll(context, root, entity, signal),
    );
    if (!related.ok) {
      showFailure(context, related.error);
      return undefined;
    }
    const center = related.value.map(({ result }) => result.center).find((each) => each !== undefined);
    const groups = relatedGroups(related.value);
    if (center !== undefined && groups.length > 0) {
      return choose(context, root, center, groups);
    }
  }
  const name = plainLine(entities[0]?.replace(/^file:/, '') ?? '', 60);
  context.dialogue.mention(t`Nothing is known around "${name}" yet.`);
  return undefined;
}

async function askAll(
  { hosts }: CommandContext,
  root: string,
  entity: string,
  signal: AbortSignal,
): Promise<Result<{ readonly label: string; readonly result: GraphResult }[], Failure>> {
  const host = hosts.of(root);
  const answers = await Promise.all(
    relatedQuestions.map(async ({ question, label }) => ({
      label,
      answer: await host.request('graph', { entity, question, count: shownRelated }, signal),
    })),
  );
  const results: { label: string; result: GraphResult }[] = [];
  for (const { label, answer } of answers) {
    if (!answer.ok) {
      return fail(answer.error);
    }
    results.push({ label, result: answer.value });
  }
  return ok(results);
}

async function choose(
  context: CommandContext,
  root: string,
  center: Entity,
  groups: ReturnType<typeof relatedGroups>,
): Promise<Entity | undefined> {
  const picked = await context.dialogue.pick(t`Related to ${plainLine(center.label, 80)}`, t('What to open'), groups);
  if (picked === undefined) {
    return undefined;
  }
  await (picked.button === graphButton
    ? context.showGraph(root, picked.value.id)
    : openEntity(context, root, picked.value));
  return picked.value;
}
