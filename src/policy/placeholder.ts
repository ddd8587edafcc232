import type { Origin } from './origin.ts';
import { isPrivateName, registrableName, sharedHost } from './shared-hosts.ts';

/**
 * A tutorial's placeholder is not nobody: whoever registers `your-frontend.com`, or takes that name on
 * Netlify, is let in by every server that copied it.
 *
 * Only what cannot be a name of one's own counts. `yourkit.com`, `yours.org` and `yourstory.com` are real
 * sites, `your-server.de` is a hoster, and whoever writes `myapp.com` may well own it.
 */
const placeholderLabel = new RegExp(
  '^(?:' +
    'your-?' +
    '(?:(?:own|actual|real|production|prod|staging|deployed|custom|frontend|client|react|vue|angular|next|vercel|netlify|firebase|company|app|web|admin|api)-?)*' +
    '(?:domain|front-?end|web-?site|site|web-?app|app|application|client|company|organi[sz]ation|project|user-?name)' +
    '(?:-?(?:name|here|url|\\d))?' +
    '|my-?domain(?:-?name)?' +
    '|(?:trusted|allowed)-(?:domain|origin|site|website)' +
    ')$',
);

/** Names kept for examples, by RFC 2606. */
const exampleName = /(?:^|\.)(?:example\.(?:com|org|net)|example)$/;

/**
 * If the host is a placeholder out of a tutorial: the name that somebody may own, `your-frontend.com` for
 * `https://www.your-frontend.com`. Nothing for reserved names, which are nobody's and harmless.
 */
export function placeholderHost(origin: Origin): string | undefined {
  if (origin.kind !== 'tuple') return undefined;
  const host = origin.host.replace(/\.$/, '');
  // `https://your-domain` on its own is no name that can be owned.
  if (exampleName.test(host) || isPrivateName(host)) return undefined;
  // Nobody gets to choose `your-project.supabase.co`.
  if (sharedHost(host)?.naming === 'random') return undefined;
  const name = registrableName(host);
  const [label = ''] = name.split('.');
  return label !== name && placeholderLabel.test(label) ? name : undefined;
}
