import { Glob } from "bun";

// `left` and the like follow the paper, not the language; the words after them are where the paper is meant.
const physical =
  /(?:^|[\s;{])((?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right|top|bottom)|left|right|top|bottom|width|height|(?:min|max)-(?:width|height)|border-(?:top|bottom)-(?:left|right)-radius)\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right))/;
const instead =
  "use inline-size, block-size, margin-inline, inset-inline-start, text-align: start: the panel is right to left first";

/** Every rule of the panel is logical, so that one sheet serves both directions. Media queries ask for the screen's width. */
export async function checkStyles(root: string): Promise<string[]> {
  const problems: string[] = [];
  for await (const path of new Glob("web/**/*.css").scan({ cwd: root })) {
    const lines = (await Bun.file(`${root}/${path}`).text()).split("\n");
    for (const [index, line] of lines.entries()) {
      const found = line.trimStart().startsWith("@") ? null : physical.exec(line);
      if (found) problems.push(`${path}:${index + 1} ${found[1]}: ${instead}`);
    }
  }
  return problems;
}
