/**
 * How a shared host names its tenants, and so which names a stranger can get:
 *
 * - `label`: the label in front of the suffix, free to choose. Deeper labels are the same tenant's:
 *   `hash.project.pages.dev` is `project`'s.
 * - `dotted`: all that stands in front of the suffix, free to choose: an S3 bucket may be called `a.b`.
 * - `after-dashes`: what follows the last `--` of the label: `branch--site.netlify.app` is `site`'s.
 * - `before-dashes`: what precedes the first `--`: `site--channel-hash.web.app` is `site`'s.
 * - `after-dot`: what follows the last `-dot-`: `version-dot-project.appspot.com` is `project`'s.
 * - `random`: given out by the host. Anybody gets some name, nobody a certain one.
 * - `random-end`: chosen in front, given out behind: `service-hash-uc.a.run.app`.
 * - `registry`: no host but a country's suffix, under which anybody may register a domain.
 * - `closed`: a country's suffix for governments and schools. Strangers to each other, but not anybody.
 */
export type TenantNaming =
  | 'label'
  | 'dotted'
  | 'after-dashes'
  | 'before-dashes'
  | 'after-dot'
  | 'random'
  | 'random-end'
  | 'registry'
  | 'closed';

/** A host whose subdomains belong to strangers. */
export interface SharedHost {
  /** `vercel.app`, without a leading dot; where there are regions, the one at hand: `s3.eu-west-1.amazonaws.com`. */
  readonly suffix: string;
  readonly naming: TenantNaming;
}

/**
 * From the hosts' own documentation of their default domains. The public suffix list is larger, and lacks
 * many of these (`codesandbox.io`, `stackblitz.io`, `glitch.me`, `wordpress.com`, `loca.lt`, `v0.app`).
 * Where it is not certain that names are given out, they count as free to choose.
 *
 * A `*` stands for what is not a dot: a region, a partition.
 */
const hostsByNaming: Readonly<Partial<Record<TenantNaming, string>>> = {
  label: `
    vercel.app now.sh vercel.dev github.io gitlab.io bitbucket.io herokuapp.com onrender.com pages.dev workers.dev
    fly.dev up.railway.app surge.sh deno.dev azurewebsites.net cloudapp.azure.com *.cloudapp.azure.com *.web.core.windows.net
    blob.core.windows.net azureedge.net trafficmanager.net
    elasticbeanstalk.com *.elasticbeanstalk.com koyeb.app hf.space
    streamlit.app pythonanywhere.com zeabur.app kinsta.app code.run
    ngrok.io ngrok.app ngrok.dev loca.lt serveo.net
    stackblitz.io gitpod.io *.gitpod.io glitch.me repl.co replit.app codepen.io cdpn.io jsfiddle.net
    bolt.host v0.app base44.app framer.app framer.website webflow.io bubbleapps.io carrd.co notion.site
    wixsite.com wordpress.com blogspot.com myshopify.com neocities.org tiiny.site`,
  dotted: `
    amazonaws.com s3.amazonaws.com s3.*.amazonaws.com s3-*.amazonaws.com s3-website.*.amazonaws.com s3-website-*.amazonaws.com
    storage.googleapis.com digitaloceanspaces.com *.digitaloceanspaces.com`,
  'after-dashes': 'netlify.app netlify.com lovable.app',
  'before-dashes': 'web.app firebaseapp.com expo.app',
  'after-dot': 'appspot.com *.r.appspot.com',
  random: `
    cloudfront.net azurestaticapps.net *.azurestaticapps.net *.*.azurestaticapps.net amplifyapp.com execute-api.*.amazonaws.com
    on.aws lambda-url.*.on.aws awsapprunner.com *.awsapprunner.com azurecontainerapps.io *.azurecontainerapps.io supabase.co r2.dev
    ngrok-free.app ngrok-free.dev trycloudflare.com localhost.run lhr.life devtunnels.ms *.devtunnels.ms gradio.live
    codesandbox.io csb.app webcontainer.io *.webcontainer.io github.dev app.github.dev preview.app.github.dev
    replit.dev *.replit.dev lovableproject.com`,
  'random-end': 'run.app *.run.app ondigitalocean.app azurefd.net *-01.azurewebsites.net',
};

const exact = new Map<string, TenantNaming>();
const withRegion: { readonly pattern: RegExp; readonly naming: TenantNaming }[] = [];

for (const [naming, suffixes] of Object.entries(hostsByNaming) as [TenantNaming, string][]) {
  for (const suffix of suffixes.trim().split(/\s+/)) {
    if (!suffix.includes('*')) exact.set(suffix, naming);
    else
      withRegion.push({
        pattern: new RegExp(`^${suffix.replaceAll('.', '\\.').replaceAll('*', '[^.]+')}$`),
        naming,
      });
  }
}

/** `co.uk`, `com.au`: second levels that nearly every country with second levels has, and a few countries' own. */
const openRegistry =
  /^(?:(?:co|com|net|org)\.[a-z]{2}|(?:ne|or|gr)\.jp|(?:ltd|plc|me)\.uk|(?:or|re|pe)\.kr|(?:web|my|biz|or)\.id|(?:in|or)\.th|(?:gen|web)\.tr|(?:firm|gen|ind)\.in|(?:id|asn)\.au|(?:app|dev)\.br)$/;
const closedRegistry =
  /^(?:(?:gov|edu|ac|mil|gob)\.[a-z]{2}|go\.(?:jp|kr|id|th)|(?:ad|ed|lg)\.jp|(?:nhs|sch|police)\.uk|sch\.id|k12\.tr)$/;

/**
 * The shared host that this host stands under, or is; `undefined` for hosts of one owner. The longest
 * suffix counts: `x.app.github.dev` stands under `app.github.dev`.
 *
 * @param host a host name without port, in lower case, or any text that ends like one: `-x.vercel.app`.
 */
export function sharedHost(host: string): SharedHost | undefined {
  const name = withoutFinalDot(host);
  if (isAddress(name)) return undefined;
  for (let start = 0; start !== -1; start = nextLabel(name, start)) {
    const suffix = name.slice(start);
    // `evil.gitpod.io` is a tenant of `gitpod.io`, and no region without a tenant.
    const naming = namingOf(suffix) ?? (start === 0 ? undefined : namingInRegion(suffix));
    if (naming !== undefined) return { suffix, naming };
  }
  const naming = namingInRegion(name);
  return naming === undefined ? undefined : { suffix: name, naming };
}

function namingOf(suffix: string): TenantNaming | undefined {
  const naming = exact.get(suffix);
  if (naming !== undefined) return naming;
  if (openRegistry.test(suffix)) return 'registry';
  return closedRegistry.test(suffix) ? 'closed' : undefined;
}

function namingInRegion(suffix: string): TenantNaming | undefined {
  return withRegion.find(({ pattern }) => pattern.test(suffix))?.naming;
}

/**
 * Who the host belongs to, as its shared host names him: `site` for `pr-1--site.netlify.app`. `undefined` if
 * the host is not shared, or is the suffix itself.
 */
export function tenantOf(host: string): string | undefined {
  const shared = sharedHost(host);
  return shared === undefined ? undefined : tenantIn(withoutFinalDot(host), shared);
}

function tenantIn(name: string, { suffix, naming }: SharedHost): string | undefined {
  const stem = name.slice(0, -suffix.length - 1);
  if (stem === '') return undefined;
  if (naming === 'dotted') return stem;
  const label = stem.slice(stem.lastIndexOf('.') + 1);
  if (naming === 'after-dashes') return label.split('--').at(-1);
  if (naming === 'before-dashes') return label.split('--')[0];
  if (naming === 'after-dot') return label.split('-dot-').at(-1);
  return label;
}

/**
 * The name below which everything belongs to one owner, as far as this list and plain rules know:
 * `example.com` for `app.example.com`, `y.co.uk` for `x.y.co.uk`, `site.netlify.app` for
 * `pr-1--site.netlify.app`. Addresses, single labels and shared suffixes are themselves.
 */
export function registrableName(host: string): string {
  const name = withoutFinalDot(host);
  if (isAddress(name)) return name;
  const shared = sharedHost(name);
  if (shared === undefined) return name.split('.').slice(-2).join('.');
  const tenant = tenantIn(name, shared);
  return tenant === undefined ? name : `${tenant}.${shared.suffix}`;
}

/**
 * Whether a stranger could own this name under a shared host, although the author wrote these texts and
 * the host fits them. `evil-myteam.vercel.app` fits `-myteam.vercel.app`, and is free for anybody to take;
 * `evil--mysite.netlify.app` fits `--mysite.netlify.app`, and is `mysite`'s.
 *
 * @param written what the author fixed: endings, beginnings, whole hosts, with or without a scheme.
 */
export function freeTenant(host: string, written: readonly string[]): boolean {
  const shared = sharedHost(host);
  if (shared === undefined || shared.naming === 'closed') return false;
  const tenant = tenantIn(withoutFinalDot(host), shared);
  // Nothing in front of the first `--` or behind the last is nobody's name.
  if (tenant === undefined || tenant === '') return false;
  return !written.some((text) => isNamed(tenant, text, shared) || isGivenOut(text, shared));
}

/** Whether the text spells out the tenant, so that whatever else varies is his. */
function isNamed(tenant: string, text: string, { suffix, naming }: SharedHost): boolean {
  // `https://mysite--`: what follows is one of the channels of `mysite`.
  if (naming === 'before-dashes' && withoutScheme(text).startsWith(`${tenant}--`)) return true;
  const at = text.indexOf(`${tenant}.${suffix}`);
  if (at === -1) return false;
  const before = text.slice(0, at);
  return before === '' || /[./]$/.test(before) || (naming === 'after-dashes' && before.endsWith('--'));
}

/**
 * Whether the text holds a part of a name that the host gave out, which no stranger gets a second time.
 * A port or a region is no such part: `-3000.csb.app`, `-uc.a.run.app`.
 */
function isGivenOut(text: string, { suffix, naming }: SharedHost): boolean {
  if (naming !== 'random' && naming !== 'random-end') return false;
  const plain = withoutScheme(text);
  const isEnding = plain.endsWith(suffix);
  // In front, one chooses: everybody may call his service `myservice`.
  if (naming === 'random-end' && !isEnding) return false;
  const stem = isEnding ? plain.slice(0, -suffix.length) : plain;
  // The ending of a suffix, `.app` or `run.app`, is no part of a name either.
  if (!isEnding && suffix.endsWith(stem.replace(/^\./, ''))) return false;
  return stem.split(/[^a-z0-9]+/).some((part) => part.length > 4 && !/^\d{5}$/.test(part));
}

/**
 * Names that nobody can register, and that lead nowhere outside of one machine or network: RFC 6761,
 * RFC 6762 (`.local`, and the customary ones of its appendix G), ICANN's `.internal`. A single label is one too.
 */
export function isPrivateName(host: string): boolean {
  const name = withoutFinalDot(host);
  if (isAddress(name)) return false;
  return !name.includes('.') || isPrivateSuffix(name.slice(name.lastIndexOf('.') + 1));
}

/** Whether nobody outside of one machine or network can have a name that ends in this label. */
export function isPrivateSuffix(label: string): boolean {
  return /^(?:localhost|local|internal|intranet|private|corp|home|lan|test|invalid)$/.test(label);
}

/** An IPv4 or IPv6 address as browsers write it in an origin. */
export function isAddress(host: string): boolean {
  return host.startsWith('[') || /^\d+(?:\.\d+){3}$/.test(host);
}

function nextLabel(name: string, start: number): number {
  const dot = name.indexOf('.', start);
  return dot === -1 ? -1 : dot + 1;
}

function withoutFinalDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host;
}

function withoutScheme(text: string): string {
  return text.replace(/^(?:[a-z][a-z0-9+.-]*:)?\/\//, '');
}
