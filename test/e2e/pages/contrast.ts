import * as z from 'zod';

/** Colors as the browser tells them: of the words, and of what is behind them, the nearest first. */
export const shownColorsSchema = z.array(z.object({ words: z.string(), behind: z.array(z.string()) }));

/** As the page has it, of whose types this program knows nothing. */
interface PageElement {
  readonly parentElement: PageElement | null;
  readonly namespaceURI: string | null;
}

/** Runs in the page, by itself. Answers what the schema says, of each element. */
export function readColors(elements: readonly PageElement[]): unknown {
  const styleOf: (element: PageElement) => Readonly<Record<'fill' | 'color' | 'backgroundColor', string>> = Reflect.get(
    globalThis,
    'getComputedStyle',
  );
  return elements.map((element) => {
    const behind: string[] = [];
    for (let each: PageElement | null = element; each !== null; each = each.parentElement) {
      behind.push(styleOf(each).backgroundColor);
    }
    const { fill, color } = styleOf(element);
    return { words: element.namespaceURI?.endsWith('svg') === true ? fill : color, behind };
  });
}

/** Contrast as WCAG counts it, from 1 to 21. What shines through is passed over for what is behind it. */
export function contrastOf({ words, behind }: z.infer<typeof shownColorsSchema>[number]): number {
  const ground = behind.find((color) => (channels(color)[3] ?? 1) === 1) ?? 'rgb(255, 255, 255)';
  const [dark = 0, bright = 0] = [luminance(words), luminance(ground)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

function channels(color: string): readonly number[] {
  return (color.match(/[\d.]+/g) ?? []).map(Number);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((value) =>
    value / 255 <= 0.040_45 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
