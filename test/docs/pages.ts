/** The rule pages and the guides, taken apart into their sections and code blocks. */
import { readdirSync, readFileSync } from 'node:fs';

export const folder = new URL('../../docs/rules/', import.meta.url);

export interface Block {
  /** The words behind the fence. */
  readonly language: string;
  readonly code: string;
  /** Where the code begins in the page. */
  readonly line: number;
  /** The heading right above it, without its `#`; empty if there is none. */
  readonly heading: string;
  /** The `##` heading that it stands under; empty if there is none. */
  readonly section: string;
}

export interface Page {
  readonly name: string;
  readonly text: string;
  /** The text outside the code blocks. */
  readonly prose: string;
  /** The `##` headings, in order. */
  readonly sections: readonly string[];
  readonly blocks: readonly Block[];
}

export const pages = pagesIn(folder);
/** All but the manual of the middleware, which `middleware.model.test.ts` runs instead of linting it. */
export const guides = pagesIn(new URL('../', folder)).filter(({ name }) => name !== 'middleware');

function pagesIn(folder: URL): readonly Page[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => parse(file.replace(/\.md$/, ''), readFileSync(new URL(file, folder), 'utf8')));
}

export function parse(name: string, text: string): Page {
  const blocks: Block[] = [];
  const prose: string[] = [];
  const sections: string[] = [];
  let [section, heading] = ['', ''];
  let open: { readonly fence: string; readonly language: string; readonly line: number } | undefined;
  let code: string[] = [];
  text.split('\n').forEach((content, index) => {
    const fence = /^\s*(`{3,}|~{3,})\s*(.*)$/.exec(content);
    if (open) {
      if (fence?.[1] !== open.fence || fence[2] !== '') {
        code.push(content);
        return;
      }
      blocks.push({ ...open, code: `${code.join('\n')}\n`, heading, section });
      open = undefined;
    } else if (fence) {
      open = { fence: fence[1]!, language: fence[2]!.trim(), line: index + 2 };
      code = [];
    } else {
      prose.push(content);
      const title = /^(#{1,6}) (.*)$/.exec(content);
      if (!title) return;
      heading = title[2]!;
      if (title[1]!.length > 2) return;
      section = title[1] === '##' ? heading : '';
      if (section) sections.push(section);
    }
  });
  if (open) throw new Error(`${name}.md, line ${open.line - 1}: this code block is not closed.`);
  return { name, text, prose: prose.join('\n'), sections, blocks };
}
