// package.json as its tests read it.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

/** The folder of package.json. */
export const root = resolve(import.meta.dirname, '../../..');
const menuItem = z.object({ command: z.string(), when: z.string().optional(), group: z.string().optional() });
const manifestSchema = z.object({
  main: z.string(),
  icon: z.string(),
  engines: z.object({ vscode: z.string() }),
  devDependencies: z.record(z.string(), z.string()),
  extensionKind: z.array(z.string()),
  activationEvents: z.array(z.string()),
  capabilities: z.object({
    untrustedWorkspaces: z.object({ supported: z.literal('limited'), restrictedConfigurations: z.array(z.string()) }),
    virtualWorkspaces: z.object({ supported: z.literal(false), description: z.string() }),
  }),
  contributes: z.object({
    commands: z.array(
      z.object({
        command: z.string(),
        title: z.string(),
        category: z.string(),
        icon: z.string().optional(),
        enablement: z.string().optional(),
      }),
    ),
    keybindings: z.array(z.object({ command: z.string(), when: z.string() })),
    menus: z.record(z.string(), z.array(menuItem)),
    languageModelTools: z.array(
      z.object({
        name: z.string(),
        inputSchema: z.object({
          required: z.array(z.string()),
          properties: z.record(z.string(), z.looseObject({ items: z.looseObject({}).optional() })),
        }),
      }),
    ),
    views: z.record(z.string(), z.array(z.object({ id: z.string(), icon: z.string() }))),
    viewsContainers: z.object({ activitybar: z.array(z.object({ id: z.string(), icon: z.string() })) }),
    viewsWelcome: z.array(z.object({ view: z.string(), contents: z.string(), when: z.string() })),
    walkthroughs: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        icon: z.string(),
        steps: z.array(
          z.object({
            id: z.string(),
            description: z.string(),
            media: z.object({ svg: z.string(), altText: z.string() }),
            completionEvents: z.array(z.string()),
          }),
        ),
      }),
    ),
    configuration: z.array(
      z.object({
        title: z.string(),
        properties: z.record(
          z.string(),
          z.object({
            scope: z.string(),
            default: z.unknown(),
            order: z.int(),
            markdownDescription: z.string(),
            enum: z.array(z.string()).optional(),
            enumDescriptions: z.array(z.string()).optional(),
          }),
        ),
      }),
    ),
  }),
});
const source = readFileSync(resolve(root, 'package.json'), 'utf8');
const texts = z
  .record(z.string(), z.string())
  .parse(JSON.parse(readFileSync(resolve(root, 'package.nls.json'), 'utf8')));

/** As it is in the file, with `%names%` of texts. */
export const rawManifest: unknown = JSON.parse(source);
/** With its texts in English, as an editor reads it. */
export const manifest = manifestSchema.parse(
  JSON.parse(source.replace(/"%([\w.-]+)%"/g, (name, key: string) => JSON.stringify(texts[key] ?? name))),
);
export const { contributes } = manifest;
/** Settings of all groups, by name. */
export const settings = contributes.configuration.flatMap(({ properties }) => Object.entries(properties));
