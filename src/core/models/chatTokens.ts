/**
 * Control tokens of the chat templates in use. Servers render all messages into one text and tokenize it with these
 * recognised, so a file that contains one could end a tool result and open a message of another role.
 * Operators such as `|>` alone are no token and stay as they are.
 */
const controlToken = new RegExp(
  [
    String.raw`<[|｜][\w▁/ .:-]{1,64}[|｜]>`,
    String.raw`<\|\w{1,32}>|<\w{1,32}\|>`,
    String.raw`</?(?:start_of_turn|end_of_turn|tool_calls?|tool_response|tool_result|tools|think|thinking|bos|eos|s|unused\d+)>`,
    String.raw`<function=[^>\n]{0,64}>|</function>|<parameter=[^>\n]{0,64}>|</parameter>`,
    String.raw`\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|ARGS|THINK)\]`,
    String.raw`<</?SYS>>`,
  ].join('|'),
  'g',
);

/** Breaks every control token with a visible space after its first character: `<|im_end|>` → `< |im_end|>`. */
export function neutraliseChatTokens(text: string): string {
  return text.replace(controlToken, (token) => `${token.slice(0, 1)} ${token.slice(1)}`);
}
