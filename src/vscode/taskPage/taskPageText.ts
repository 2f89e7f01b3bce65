import { t } from '@vscode/l10n';
import { plainText } from '../../base/plainText.ts';
import type { TaskView } from '../../protocol/taskView.ts';
import type { TimelineRow } from '../../protocol/timeline.ts';
import { proofText, taskFacts, verdictText } from '../tasks/taskText.ts';
import type { Badge } from './taskPageMessages.ts';
import { addRow, emptyTimeline } from './timelineGroups.ts';

/** The page as text, for a message or an issue: what the task is, what came of it, and its timeline. Safe to show. */
export function taskPageText(task: TaskView, rows: readonly TimelineRow[], badge: Badge): string {
  const { plan = [], changeset, proof, votes, refused, summary, question, answered = [] } = task;
  const timeline = emptyTimeline();
  rows.forEach((row) => addRow(timeline, row));
  const boxes = [...timeline.boxes.values()].map(
    ({ profile, runtime, image, may, mayNot }) =>
      `${profile} (${runtime}, ${image})\n${[...may.map((each) => `  may ${each}`), ...mayNot.map((each) => `  may not ${each}`)].join('\n')}`,
  );
  const parts: readonly (readonly [title: string, lines: readonly string[]])[] = [
    [t('Task'), [task.goal, '', ...taskFacts(task), badge.text]],
    [t('Summary'), summary === undefined ? [] : [summary]],
    [
      t('Questions'),
      [
        ...answered.map(({ question: asked, answer }) => t`${asked}\n  you: ${answer}`),
        ...(question === undefined ? [] : [question.text, ...question.options.map((option) => `  - ${option}`)]),
      ],
    ],
    [t('Plan'), plan.map((step, at) => `${at + 1}. ${step}`)],
    [
      t('Changes'),
      [
        ...(changeset?.files ?? []).map(
          ({ path, status, additions, deletions }) => `${status} ${path} +${additions} -${deletions}`,
        ),
        ...refused.map(({ path, message }) => t`left out ${path}: ${message}`),
      ],
    ],
    [
      t('Proof'),
      proof === undefined
        ? []
        : [`${verdictText(proof)}: ${proofText(proof)}`, ...proof.tests.map(({ name, status }) => `${status} ${name}`)],
    ],
    [t('Votes'), votes.map(({ agent, vote, reason }) => `${agent}: ${vote}. ${reason}`)],
    [t('Sandbox'), boxes],
    [
      t('Timeline'),
      timeline.groups.flatMap(({ title, rows: own }) => [
        title,
        ...own.map(({ ts, label, text }) => `  ${ts}  ${label}  ${text}`),
      ]),
    ],
  ];
  const told = parts.filter(([, lines]) => lines.length > 0).map(([title, lines]) => `${title}\n${lines.join('\n')}`);
  return `${plainText(told.join('\n\n'))}\n`;
}
