/** Where messages send their reader. */
const DOCS = 'https://github.com/eslint-plugin-cors/eslint-plugin-cors/blob/main/docs';

export function rulePage(rule: string): string {
  return `${DOCS}/rules/${rule}.md`;
}

export function manual(section: string): string {
  return `${DOCS}/middleware.md#${section}`;
}
