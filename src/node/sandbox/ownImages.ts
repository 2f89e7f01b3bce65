import type Docker from 'dockerode';
import { contentLabel, managedLabel, repositoryName } from './image/imageSettings.ts';
import { engineErrorOf } from './engineAnswers.ts';
import { historyAnswer, imageDetails, type ListedImage } from './storageAnswers.ts';

/** The repositories whose tags are keys of their content. */
const repositories = { [repositoryName]: 'base-image', 'nightshift/deps': 'environment-image' } as const;

/**
 * The class of an image under one of its names; undefined when it is not ours. An image that somebody built on one of ours
 * inherits all our labels, so a label alone proves nothing: the name has to repeat one of them, as ours do.
 */
export function imageClass(tag: string, image: ListedImage): 'base-image' | 'environment-image' | undefined {
  const [, repository = '', key = ''] = /^(?:localhost\/)?([^:]+):([^:]+)$/.exec(tag) ?? [];
  const name = Object.entries(repositories).find(([own]) => own === repository)?.[1];
  const values = ownLabels(image.Labels).map(([, value]) => value);
  return image.Labels?.[managedLabel] === '1' && values.includes(key) ? name : undefined;
}

/**
 * Whether an image without a name was made by us: imported whole, or a build of ours, whose layers lead back to an image with
 * other labels than ours. Where they lead to a named image with the same labels, somebody built on that one.
 */
export async function isOwnNameless(docker: Docker, image: ListedImage, all: readonly ListedImage[]): Promise<boolean> {
  if (image.Labels?.[managedLabel] !== '1') {
    return false;
  }
  const parentOf = (child: ListedImage): ListedImage | undefined => all.find((each) => each.Id === child.ParentId);
  const labels = JSON.stringify(ownLabels(image.Labels));
  for (let parent = parentOf(image); parent !== undefined; parent = parentOf(parent)) {
    if (JSON.stringify(ownLabels(parent.Labels)) !== labels) {
      return true;
    }
    if (namesOf(parent).length > 0) {
      return false;
    }
  }
  if (image.ParentId !== '' || image.Labels[contentLabel] === undefined) {
    return false;
  }
  return historyAnswer.parse(await docker.getImage(image.Id).history()).length === 1;
}

export function namesOf(image: ListedImage): readonly string[] {
  return (image.RepoTags ?? []).filter((name) => name !== '<none>:<none>');
}

function ownLabels(labels: ListedImage['Labels']): [string, string][] {
  return Object.entries(labels ?? {})
    .filter(([name]) => name.startsWith('nightshift.') && name !== managedLabel)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** When an image was last made, named or marked as used, milliseconds since the epoch. */
export async function lastUse(docker: Docker, image: ListedImage): Promise<number> {
  const details = imageDetails.parse(await docker.getImage(image.Id).inspect());
  const tagged = Date.parse(details.Metadata?.LastTagTime ?? '');
  return Math.max(image.Created * 1000, Number.isNaN(tagged) ? 0 : tagged);
}

/** Notes in the engine, for every agent host that shares it, that an image was used now: naming it again does that. */
export async function markImageUsed(docker: Docker, id: string): Promise<void> {
  try {
    const listed = await docker.listImages({ filters: { label: [`${managedLabel}=1`] } });
    const tags = listed.find((image) => image.Id === id)?.RepoTags ?? [];
    for (const [repo, tag] of tags.map((name) => name.split(':'))) {
      if (repo !== undefined && tag !== undefined && repo in repositories) {
        await docker.getImage(id).tag({ repo, tag });
      }
    }
  } catch (error) {
    // An image that is gone, or an engine that is: nothing to note.
    engineErrorOf(error);
  }
}
