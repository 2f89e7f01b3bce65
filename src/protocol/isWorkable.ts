/** Whether a model can be worked with: by its grade; by what its server says where it was not tried yet. */
export function isWorkable(model: {
  /** As its server says. */
  readonly tools: boolean;
  readonly grade?: { readonly level: string } | undefined;
  /** Why it is plainly unfit, where it is. */
  readonly other?: string | undefined;
}): boolean {
  const { tools, grade, other } = model;
  return other === undefined && (grade === undefined ? tools : grade.level !== 'unfit');
}
