/** The first words of a goal as a part of a branch's or a folder's name, at most 40 characters. */
export function branchWords(goal: string): string {
  const words = goal.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  let name = '';
  for (const word of words) {
    const longer = name === '' ? word : `${name}-${word}`;
    if (longer.length > 40) {
      break;
    }
    name = longer;
  }
  return name === '' ? 'task' : name;
}
