/**
 * How a model is asked for its next call: it is offered tools; its answer is held to a schema; or it is asked in words alone. The last
 * two are for models and servers that cannot do better, and name the tools in the system text.
 */
export const callForms = ['tools', 'decision', 'text'] as const;

export type CallForm = (typeof callForms)[number];
