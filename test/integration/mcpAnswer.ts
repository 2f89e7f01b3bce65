import type { Client } from '@modelcontextprotocol/client';

export interface McpAnswer {
  readonly text: string;
  readonly isError: boolean;
}

/** Calls a tool through the protocol's own client and answers its only text. */
export async function toldBy(
  client: Client,
  name: string,
  given: Readonly<Record<string, unknown>>,
  onProgress?: (message: string) => void,
): Promise<McpAnswer> {
  const { content, isError = false } = await client.callTool(
    { name, arguments: given },
    {
      timeout: 110_000,
      ...(onProgress === undefined ? {} : { onprogress: ({ message = '' }) => onProgress(message) }),
    },
  );
  const [part] = content;
  if (content.length !== 1 || part?.type !== 'text') {
    throw new Error(`${name} answered ${JSON.stringify(content)}.`);
  }
  return { text: part.text, isError };
}
