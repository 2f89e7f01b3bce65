import { t } from '@vscode/l10n';
import type { GraphLayout, PlacedEntity } from '../graph/layoutGraph.ts';

/** The same things as a list, by what ties them to the one in the middle: to read, and for who does not see the drawing. */
export function listGraph(layout: GraphLayout, onChoose: (id: string) => void): readonly HTMLElement[] {
  const groups = Map.groupBy(layout.placed, ({ distance, tie }) =>
    distance === 0 ? t('In the middle') : tie === '' ? t('Further away') : capital(tie),
  );
  return [...groups].flatMap(([name, placed]) => {
    const heading = document.createElement('h2');
    heading.textContent = `${name} (${placed.length})`;
    const list = document.createElement('ul');
    list.append(...placed.map((each) => itemOf(each, onChoose)));
    return name === t('In the middle') ? [list] : [heading, list];
  });
}

export function markListed(list: Element, id: string): void {
  for (const button of list.querySelectorAll<HTMLButtonElement>('button')) {
    const isCurrent = button.dataset['id'] === id;
    button.setAttribute('aria-current', String(isCurrent));
    if (isCurrent) {
      button.scrollIntoView({ block: 'nearest' });
    }
  }
}

function itemOf({ entity }: PlacedEntity, onChoose: (id: string) => void): HTMLLIElement {
  const item = document.createElement('li');
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = entity.label;
  button.title = entity.path ?? entity.label;
  button.setAttribute('aria-label', `${entity.kind} ${entity.label}`);
  button.dataset['id'] = entity.id;
  button.addEventListener('click', () => onChoose(entity.id));
  button.addEventListener('focus', () => onChoose(entity.id));
  item.append(button);
  return item;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
