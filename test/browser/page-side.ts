/** What runs in the page. It sees nothing of this file but itself: no imports, no constants. */
import type { Frame, Page } from 'playwright-core';

export interface Asked {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: 'omit' | 'include' | 'same-origin';
  readonly mode?: 'cors' | 'no-cors';
  /** Where the method has one. Default: `{}`. */
  readonly body?: string;
}

/** What the page learns. */
export type Learned =
  | {
      readonly read: true;
      readonly status: number;
      /** Names in lower case. */
      readonly headers: readonly string[];
      readonly body: string;
    }
  | { readonly read: false; readonly error: string };

/** Has the page ask, with many requests under way at once. */
export function askFrom(
  page: Page | Frame,
  asked: readonly Asked[],
  atOnce = 24,
): Promise<readonly Learned[]> {
  return page.evaluate(
    async ([all, lanes]) => {
      const learned: Learned[] = [];
      let next = 0;
      const lane = async (): Promise<void> => {
        while (next < all.length) {
          const at = next++;
          const { url, method, headers, credentials, mode = 'cors', body: text = '{}' } = all[at]!;
          const body = ['GET', 'HEAD', 'DELETE'].includes(method) ? null : text;
          try {
            const response = await fetch(url, { method, headers, credentials, mode, body });
            learned[at] = {
              read: true,
              status: response.status,
              headers: [...response.headers.keys()],
              body: await response.text(),
            };
          } catch (error) {
            learned[at] = { read: false, error: String(error) };
          }
        }
      };
      await Promise.all(Array.from({ length: lanes }, lane));
      return learned;
    },
    [asked, atOnce] as const,
  );
}

/** The same, for one request. */
export async function askOnce(
  page: Page | Frame,
  asked: Partial<Asked> & Pick<Asked, 'url'>,
): Promise<Learned> {
  const [learned] = await askFrom(page, [{ method: 'GET', headers: {}, credentials: 'omit', ...asked }], 1);
  return learned!;
}
