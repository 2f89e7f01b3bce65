import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanStorage, judgeStorage, type StoredItem } from '../../../src/core/sandbox/housekeeping.ts';
import { connectEngine } from '../../../src/node/sandbox/engineConnection.ts';
import { engineStorage } from '../../../src/node/sandbox/engineStorage.ts';
import { dependencyLabels } from '../../../src/node/sandbox/environment/environmentImages.ts';
import { currentOwner, ownerOf } from '../../../src/node/sandbox/owner.ts';
import { markImageUsed } from '../../../src/node/sandbox/ownImages.ts';
import { requireEngine } from '../requirements.ts';
import { never, value } from './boxes.ts';

const { skip, why } = requireEngine();
const test = randomBytes(6).toString('hex');
const mark = `nightshift.test=${test}`;
const hour = 3_600_000;

/** A megabyte that does not compress. */
async function importImage(docker: Docker, reference: string | undefined, labels: readonly string[]): Promise<string> {
  const archive = pack();
  archive.entry({ name: 'content' }, randomBytes(1_000_000));
  archive.finalize();
  const changes = [`LABEL ${mark} ${labels.join(' ')}`, 'CMD ["/none"]'].join('\n');
  const [repo, tag] = reference?.split(':') ?? [];
  const stream = await docker.importImage(Readable.from(archive, { objectMode: false }), {
    changes,
    ...(repo === undefined ? {} : { repo, tag }),
  });
  const answers: { status?: string }[] = await new Promise((resolve, reject) =>
    docker.modem.followProgress(stream, (error, output: { status?: string }[]) =>
      error === null || error === undefined ? resolve(output) : reject(error),
    ),
  );
  return answers.map(({ status }) => status ?? '').find((status) => status.startsWith('sha256:')) ?? '';
}

describe.skipIf(skip)(`what the engine keeps for us ${why}`, () => {
  const { docker } = value(connectEngine());
  const source = engineStorage({ connect: () => connectEngine(), exact: true, labels: [mark] });
  const policy = { now: Date.now() + 2 * hour, began: Date.now(), imageBytes: 10 * 10 ** 9 };
  const images: string[] = [];
  const containers: string[] = [];
  const volumes: string[] = [];

  async function image(reference: string | undefined, ...labels: string[]): Promise<string> {
    const id = await importImage(docker, reference, labels);
    images.push(reference ?? id);
    return id;
  }

  async function container(
    name: string,
    labels: Record<string, string>,
    changes: object = {},
  ): Promise<Docker.Container> {
    const made = await docker.createContainer({
      name: `${name}-${test}`,
      Image: `nightshift/base:${test}a`,
      Labels: { 'nightshift.test': test, ...labels },
      ...changes,
    });
    containers.push(made.id);
    return made;
  }

  async function items(): Promise<readonly StoredItem[]> {
    return value(await source.list(never));
  }

  const named = (all: readonly StoredItem[], name: string) => all.find((each) => each.name === name);

  beforeAll(async () => {
    // The order of their making is the order of their last use.
    await image(`nightshift/base:${test}a`, 'nightshift.managed=1', `nightshift.content=${test}a`);
    await image(`nightshift/base:${test}b`, 'nightshift.managed=1', `nightshift.content=${test}b`);
    await image(`nightshift/deps:${test}c`, 'nightshift.managed=1', `nightshift.environment=${test}c`);
    await image(`nightshift/deps:${test}d`, 'nightshift.managed=1', `nightshift.environment=${test}d`);
  });

  afterAll(async () => {
    await Promise.all(
      containers.map((id) =>
        docker
          .getContainer(id)
          .remove({ force: true })
          .catch(() => undefined),
      ),
    );
    await Promise.all(
      volumes.map((name) =>
        docker
          .getVolume(name)
          .remove()
          .catch(() => undefined),
      ),
    );
    for (const name of images.reverse()) {
      await docker
        .getImage(name)
        .remove()
        .catch(() => undefined);
    }
    const left = await docker.listImages({ filters: { label: [mark] } });
    expect(left.map(({ RepoTags, Id }) => RepoTags?.[0] ?? Id)).toEqual([]);
  });

  it('lists images by their class, with sizes that are true', async () => {
    const all = await items();
    expect(all.map(({ class: name }) => name).sort()).toEqual([
      'base-image',
      'base-image',
      'environment-image',
      'environment-image',
    ]);
    for (const { bytes } of all) {
      expect(bytes).toBeGreaterThan(990_000);
      expect(bytes).toBeLessThan(1_100_000);
    }
    const content = all.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(content).toBeGreaterThan(3.9e6);
  });

  it('knows nothing of images, containers and volumes that only look like ours', async () => {
    const before = await items();
    // Built on ours: it inherits every label. Other names, a name of ours with another key, labels that others set.
    const own = await container('look-alike-builder', {});
    for (const reference of [`fx-${test}/app:1`, `nightshift/base-tools:${test}a`, `nightshift/base:${test}x`]) {
      const [repo, tag] = reference.split(':');
      await own.commit({ repo, tag });
      images.push(reference);
    }
    const nameless: { Id: string } = await own.commit();
    images.push(nameless.Id);
    await image(`nightshift/base:${test}y`);
    await own.remove();
    // A container that somebody runs from our image inherits the image's labels too.
    await container('nightshift-looks-like-a-box', {});
    await container('nightshift-is-managed', { 'nightshift.managed': '1' });
    const name = `nightshift-${test}`;
    await docker.createVolume({ Name: name });
    volumes.push(name);
    const after = await items();
    expect(after.map((each) => each.name).sort()).toEqual(before.map((each) => each.name).sort());
    expect(named(after, `nightshift/base:${test}a`)?.inUse).toBeDefined();
    const report = await cleanStorage([source], { ...policy, imageBytes: 0, olderThanDays: 0 }, { apply: true }, never);
    expect(report.items.filter(({ action }) => action === 'removed').map((each) => each.name)).toEqual([
      `nightshift/deps:${test}c`,
    ]);
    for (const reference of [`fx-${test}/app:1`, `nightshift/base-tools:${test}a`, `nightshift/base:${test}x`]) {
      expect((await docker.getImage(reference).inspect()).RepoTags).toContain(reference);
    }
    expect((await docker.getImage(nameless.Id).inspect()).Id).toBe(nameless.Id);
    expect((await docker.getVolume(name).inspect()).Name).toBe(name);
  });

  it('marks an image as used, so that another one is the oldest', async () => {
    const { Id } = await docker.getImage(`nightshift/base:${test}a`).inspect();
    const before = named(await items(), `nightshift/base:${test}a`)?.usedAt ?? 0;
    await markImageUsed(docker, Id);
    const all = await items();
    expect(named(all, `nightshift/base:${test}a`)?.usedAt).toBeGreaterThan(before);
    // The images that somebody built on the first one share its bytes, so the two others are all that counts.
    const free = all.map(({ inUse: _inUse, ...each }) => each);
    const gone = judgeStorage(free, { ...policy, imageBytes: 1_500_000 }).filter(({ action }) => action === 'remove');
    expect(gone.map(({ item }) => item.name)).toEqual([`nightshift/base:${test}b`]);
  });

  it('takes an image of ours that lost its name, and not before a build could have ended', async () => {
    const id = await image(undefined, 'nightshift.managed=1', `nightshift.content=${test}z`);
    const all = await items();
    const found = all.find((each) => each.id === id);
    expect(found).toMatchObject({ class: 'dangling-image' });
    expect(found?.bytes).toBeGreaterThan(990_000);
    const wish = { apply: true, classes: ['dangling-image'] as const };
    const early = await cleanStorage([source], { ...policy, now: Date.now() }, wish, never);
    expect(early.items).toMatchObject([{ action: 'kept' }]);
    const late = await cleanStorage([source], policy, wish, never);
    expect(late.items).toMatchObject([{ action: 'removed' }]);
    expect(late.freedBytes).toBeGreaterThan(990_000);
    await expect(docker.getImage(id).inspect()).rejects.toThrow();
  });

  it('takes a build of ours that lost its name with all its layers', async () => {
    const key = `${test}e`;
    const base = `nightshift/base:${test}a`;
    const context = pack();
    const lines = [`FROM ${base}`, 'ENV A=1', `LABEL nightshift.content=${key}`, 'LABEL nightshift.kind=deps'];
    context.entry({ name: 'Dockerfile' }, [...lines, 'LABEL nightshift.managed=1'].join('\n'));
    context.finalize();
    const building = await docker.buildImage(Readable.from(context, { objectMode: false }), {
      t: `nightshift/deps:${key}`,
    });
    await new Promise<void>((resolve, reject) =>
      docker.modem.followProgress(building, (error) => (error ? reject(error) : resolve())),
    );
    const { Id } = await docker.getImage(`nightshift/deps:${key}`).inspect();
    expect(named(await items(), `nightshift/deps:${key}`)).toMatchObject({ class: 'environment-image', id: Id });
    const holder = await docker.createContainer({ Image: Id, Cmd: ['/none'] });
    // The name goes to another image, and this one has none.
    await docker.getImage(base).tag({ repo: 'nightshift/deps', tag: key });
    images.push(`nightshift/deps:${key}`);
    const used = (await items()).find((each) => each.id === Id);
    expect(used).toMatchObject({ class: 'dangling-image', inUse: 'a container uses it' });
    await holder.remove();
    const wish = { apply: true, classes: ['dangling-image'] as const };
    const report = await cleanStorage([source], policy, wish, never);
    expect(report.items).toMatchObject([{ action: 'removed', name: Id.replace('sha256:', '').slice(0, 12) }]);
    await expect(docker.getImage(Id).inspect()).rejects.toThrow();
  });

  it('takes boxes and volumes of a host that is gone, and none of a living or a distant one', async () => {
    const ended = spawn(process.execPath, ['-e', '0']);
    const deadOwner = ownerOf(ended.pid ?? 0);
    await once(ended, 'exit');
    const owners = { dead: deadOwner, alive: currentOwner(), elsewhere: '1234:99:0123456789abcdef' };
    for (const [name, owner] of Object.entries(owners)) {
      const labels = { 'nightshift.managed': '1', 'nightshift.owner': owner };
      await container(name, { ...labels, 'nightshift.kind': 'sandbox' });
      await docker.createVolume({ Name: `${name}-${test}`, Labels: { ...labels, 'nightshift.test': test } });
      volumes.push(`${name}-${test}`);
    }
    const used = {
      Name: `used-${test}`,
      Labels: { 'nightshift.managed': '1', 'nightshift.test': test, 'nightshift.owner': deadOwner },
    };
    await docker.createVolume(used);
    volumes.push(used.Name);
    const user = await container('user', {}, { HostConfig: { Binds: [`${used.Name}:/data`] } });
    const archive = pack();
    archive.entry({ name: 'content' }, randomBytes(1_000_000));
    archive.finalize();
    await user.putArchive(Readable.from(archive, { objectMode: false }), { path: '/data' });
    const listed = await items();
    expect(named(listed, used.Name)?.bytes).toBeGreaterThan(990_000);
    expect(named(listed, used.Name)?.bytes).toBeLessThan(1_100_000);

    const wish = { apply: true, classes: ['sandbox', 'volume'] as const };
    const report = await cleanStorage([source], { ...policy, olderThanDays: 0 }, wish, never);
    const told = Object.fromEntries(report.items.map(({ class: kind, name, action }) => [`${kind} ${name}`, action]));
    expect(told).toEqual({
      [`sandbox dead-${test}`]: 'removed',
      [`sandbox alive-${test}`]: 'kept',
      [`sandbox elsewhere-${test}`]: 'kept',
      [`volume dead-${test}`]: 'removed',
      [`volume alive-${test}`]: 'kept',
      [`volume elsewhere-${test}`]: 'kept',
      [`volume ${used.Name}`]: 'kept',
    });
    const remaining = await docker.listContainers({ all: true, filters: { label: [mark, 'nightshift.kind=sandbox'] } });
    expect(remaining.map((box) => box.Names[0] ?? '').sort()).toEqual([`/alive-${test}`, `/elsewhere-${test}`]);
  });

  it('leaves an image that somebody built on an environment, whose labels it inherits, and what it is built on', async () => {
    const key = `${test}f`;
    const labels = Object.entries(dependencyLabels(key)).map(([name, content]) => `${name}=${content}`);
    await image(`nightshift/deps:${key}`, ...labels);
    const { Id } = await docker.getImage(`nightshift/deps:${key}`).inspect();
    const theirs = `fx-${test}/service:1`;
    const made = await container('service-builder', {}, { Image: Id, Cmd: ['/none'] });
    const [repo, tag] = theirs.split(':');
    await made.commit({ repo, tag });
    images.push(theirs);
    await made.remove();
    expect((await docker.getImage(theirs).inspect()).Config.Labels).toMatchObject(dependencyLabels(key));
    expect(named(await items(), `nightshift/deps:${key}`)?.inUse).toBe('another image is built on it');
    await cleanStorage([source], { ...policy, imageBytes: 0, olderThanDays: 0 }, { apply: true }, never);
    expect((await docker.getImage(theirs).inspect()).RepoTags).toContain(theirs);
    expect((await docker.getImage(`nightshift/deps:${key}`).inspect()).Id).toBe(Id);
    await docker.getImage(theirs).remove();
    await docker.getImage(`nightshift/deps:${key}`).remove();
  });

  it('is a problem in words where no engine answers', async () => {
    const nowhere = engineStorage({ connect: () => connectEngine('unix:///nowhere/docker.sock'), exact: true });
    const report = await cleanStorage([nowhere], policy, { apply: true }, never);
    expect(report.items).toEqual([]);
    expect(report.problems).toEqual([expect.stringContaining('start it, or set DOCKER_HOST')]);
  });
});
