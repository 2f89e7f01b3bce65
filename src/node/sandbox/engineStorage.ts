import type Docker from 'dockerode';
import { failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { StorageSource, StoredItem } from '../../core/sandbox/housekeeping.ts';
import { labelNames } from '../../core/sandbox/profiles.ts';
import type { SandboxFailure } from '../../core/sandbox/sandbox.ts';
import { engineErrorOf } from './engineAnswers.ts';
import { engineCall } from './engineCall.ts';
import type { EngineConnection } from './engineConnection.ts';
import { imageClass, isOwnNameless, lastUse, namesOf } from './ownImages.ts';
import { judgeOwner } from './owner.ts';
import { removeContainer } from './removeContainer.ts';
import { leakedRuntimes } from './runtimeProcesses.ts';
import {
  containersAnswer,
  imageDetails,
  imagesAnswer,
  type ListedContainer,
  type ListedImage,
  usageAnswer,
  volumesAnswer,
} from './storageAnswers.ts';

export interface EngineStorageOptions {
  readonly connect: () => Result<EngineConnection, SandboxFailure> | Promise<Result<EngineConnection, SandboxFailure>>;
  /** Lets the engine add up what layers share and volumes hold, which may take it seconds. */
  readonly exact: boolean;
  /** Labels that things must carry beside ours, `name=value`. */
  readonly labels?: readonly string[];
}

/** Milliseconds for a look at everything. */
const listMs = 60_000;
const removeMs = 30_000;

/** What the engine keeps for us: boxes, volumes, images; and gVisor's processes that outlived their box. */
export function engineStorage(options: EngineStorageOptions): StorageSource {
  const filter = [`${labelNames.managed}=1`, ...(options.labels ?? [])];

  async function call<T>(
    what: string,
    deadline: number,
    signal: AbortSignal,
    work: (docker: Docker) => Promise<T>,
  ): Promise<Result<T, Failure>> {
    const reached = await options.connect();
    return reached.ok
      ? engineCall({ what, deadline, signal, reason: 'engine-unavailable' }, () => work(reached.value.docker))
      : reached;
  }

  async function list(docker: Docker): Promise<readonly StoredItem[]> {
    const [containers, images, volumes] = await Promise.all([
      docker.listContainers({ all: true, size: options.exact }),
      docker.listImages({ all: true }),
      docker.listVolumes({ filters: { label: filter } }),
    ]);
    // What the engine is removing already is nobody's to remove; one that was busy may list such a box for ever.
    const everyContainer = containersAnswer.parse(containers).filter((box) => box.State !== 'removing');
    const usage = options.exact ? usageAnswer.parse(await docker.df()) : { Images: [], Volumes: [] };
    const shared = new Map(usage.Images?.map((image) => [image.Id, image.SharedSize]));
    const sized = new Map(usage.Volumes?.map((volume) => [volume.Name, volume.UsageData?.Size ?? 0]));
    const everyImage = imagesAnswer
      .parse(images)
      .map((image) => ({ ...image, SharedSize: shared.get(image.Id) ?? image.SharedSize }));
    return [
      ...everyContainer.filter((box) => isOwnBox(box, filter)).map(toBox),
      ...(volumesAnswer.parse(volumes).Volumes ?? []).map((volume): StoredItem => {
        const user = everyContainer.find((box) => box.Mounts?.some((mount) => mount.Name === volume.Name));
        const owner = volume.Labels?.[labelNames.owner];
        return {
          class: 'volume',
          id: volume.Name,
          name: volume.Name,
          bytes: Math.max(0, sized.get(volume.Name) ?? 0),
          usedAt: Date.parse(volume.CreatedAt ?? '') || Date.now(),
          ...(owner === undefined ? {} : { owner: judgeOwner(owner) }),
          ...(user === undefined ? {} : { inUse: 'a container uses it' }),
        };
      }),
      ...(await imageItems(docker, everyImage, everyContainer)),
      ...(await leakedRuntimes(new Set(everyContainer.map((box) => box.Id)))),
    ];
  }

  async function imageItems(
    docker: Docker,
    images: readonly ListedImage[],
    containers: readonly ListedContainer[],
  ): Promise<readonly StoredItem[]> {
    const items: StoredItem[] = [];
    for (const image of images.filter((each) => hasLabels(each.Labels, filter))) {
      const names = namesOf(image);
      const user = userOf(image, images, containers);
      const bytes = Math.max(0, image.Size - Math.max(0, image.SharedSize));
      for (const name of names) {
        const own = imageClass(name, image);
        if (own !== undefined) {
          const usedAt = await lastUse(docker, image);
          // Under another name it stays, and nothing is given back.
          const item = { class: own, id: image.Id, name, bytes: names.length === 1 ? bytes : 0, usedAt };
          items.push(user === undefined ? item : { ...item, inUse: user });
        }
      }
      // Layers of a build are images without a name too; only what nothing is built on was left over.
      if (names.length === 0 && !isParent(image, images) && (await isOwnNameless(docker, image, images))) {
        const name = image.Id.replace('sha256:', '').slice(0, 12);
        const item = { class: 'dangling-image' as const, id: image.Id, name, bytes, usedAt: image.Created * 1000 };
        items.push(user === undefined ? item : { ...item, inUse: user });
      }
    }
    return items;
  }

  async function remove(docker: Docker, item: StoredItem): Promise<Result<void, Failure>> {
    switch (item.class) {
      case 'sandbox':
        return removeContainer(docker.getContainer(item.id));
      case 'volume':
        await docker.getVolume(item.id).remove();
        return ok(undefined);
      case 'dangling-image':
        await docker.getImage(item.id).remove();
        return ok(undefined);
      case 'base-image':
      case 'environment-image': {
        // The name may have been given to another image meanwhile.
        const image = docker.getImage(item.name);
        if (imageDetails.parse(await image.inspect()).Id !== item.id) {
          return fail(failure('changed', 'the name belongs to another image now'));
        }
        await image.remove();
        return ok(undefined);
      }
      default:
        return fail(failure('not-ours', 'only a person may end it'));
    }
  }

  return {
    classes: ['sandbox', 'volume', 'base-image', 'environment-image', 'dangling-image', 'runtime-process'],
    list: (signal) => call('Looking at what the engine keeps', listMs, signal, list),
    async remove(item, signal) {
      const done = await call(`Removing ${item.name}`, removeMs, signal, async (docker) => {
        try {
          return await remove(docker, item);
        } catch (error) {
          const { statusCode, message } = engineErrorOf(error);
          // Somebody was faster.
          return statusCode === 404 ? ok(undefined) : fail(failure('in-use', message.trim()));
        }
      });
      return done.ok ? done.value : done;
    },
  };
}

/** Images hand their labels down to containers; `kind` and `owner` stand on no image. */
function isOwnBox(box: ListedContainer, filter: readonly string[]): boolean {
  return hasLabels(box.Labels, filter) && box.Labels?.[labelNames.kind] === 'sandbox';
}

function hasLabels(labels: ListedContainer['Labels'], filter: readonly string[]): boolean {
  return filter.every((each) => {
    const [name = '', value = ''] = each.split('=');
    return labels?.[name] === value;
  });
}

function toBox(box: ListedContainer): StoredItem {
  return {
    class: 'sandbox',
    id: box.Id,
    name: box.Names?.[0]?.replace(/^\//, '') ?? box.Id.slice(0, 12),
    bytes: box.SizeRw ?? 0,
    usedAt: box.Created * 1000,
    owner: judgeOwner(box.Labels?.[labelNames.owner] ?? ''),
  };
}

function isParent(image: ListedImage, images: readonly ListedImage[]): boolean {
  return images.some((other) => other.ParentId === image.Id);
}

/** What keeps an image in place, in words. */
function userOf(
  image: ListedImage,
  images: readonly ListedImage[],
  containers: readonly ListedContainer[],
): string | undefined {
  if (containers.some((box) => box.ImageID === image.Id)) {
    return 'a container uses it';
  }
  return isParent(image, images) ? 'another image is built on it' : undefined;
}
