import type { Origin } from './origin.ts';

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

/**
 * Hosts under which the first label is some customer's. Here only those that tutorials deploy to, since a
 * placeholder elsewhere is just not noticed.
 */
const tenantSuffixes: readonly string[] = [
  'azurewebsites.net',
  'firebaseapp.com',
  'fly.dev',
  'github.io',
  'herokuapp.com',
  'netlify.app',
  'netlify.com',
  'now.sh',
  'onrender.com',
  'pages.dev',
  'surge.sh',
  'up.railway.app',
  'vercel.app',
  'web.app',
  'workers.dev',
  // The same for countries: `yourdomain.co.uk`.
  'co.in',
  'co.jp',
  'co.nz',
  'co.uk',
  'co.za',
  'com.au',
  'com.br',
  'com.mx',
  'com.tr',
];

/** Names that nobody can register: RFC 2606, RFC 6761, RFC 6762 (`.local`) and ICANN's `.internal`. */
const reservedName = /(?:^|\.)(?:example\.(?:com|org|net)|example|test|invalid|localhost|local|internal)$/;

/**
 * If the host is a placeholder out of a tutorial: the name that somebody may own, `your-frontend.com` for
 * `https://www.your-frontend.com`. Nothing for reserved names, which are nobody's and harmless.
 */
export function placeholderHost(origin: Origin): string | undefined {
  if (origin.kind !== 'tuple') return undefined;
  const host = origin.host.replace(/\.$/, '');
  if (reservedName.test(host)) return undefined;
  const suffix = tenantSuffixes.find((tenant) => host.endsWith(`.${tenant}`)) ?? lastLabel(host);
  // `https://your-domain` on its own is no name that can be owned.
  if (suffix === host) return undefined;
  const label = lastLabel(host.slice(0, -suffix.length - 1));
  return placeholderLabel.test(label) ? `${label}.${suffix}` : undefined;
}

function lastLabel(host: string): string {
  return host.slice(host.lastIndexOf('.') + 1);
}
