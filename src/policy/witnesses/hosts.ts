import { sharedHost } from '../shared-hosts.ts';
import type { HostRule } from './constraints.ts';
import { attackersHost } from './constraints.ts';

/** A host that fits a rule, and why it does. */
export interface FittingHost {
  readonly host: string;
  readonly because: string;
}

/** Hosts that fit one rule: the attacker's where there are such, and the one that the author wrote. */
export function singleHosts(rule: HostRule): readonly FittingHost[] {
  const { at, text, of } = rule;
  if (at === 'is') return [{ host: text, because: 'the code names it' }];
  if (at === 'start') return because(`it only looks at how the ${of} begins`, [beginningWith(text), text]);
  if (at === 'end') return because(reasonOfEnding(text, of), endingWith(text));
  const beginnings = [beginningWith(text.startsWith('.') || text.startsWith('-') ? `a${text}` : text)];
  // `.vercel` in the middle cannot end a host that somebody owns.
  const endings = /[a-z0-9]\.[a-z][a-z0-9-]+$|^\.[a-z][a-z0-9-]+$|^localhost$/.test(text)
    ? endingWith(text)
    : [];
  return because(`it only looks whether \`${text}\` stands somewhere in the ${of}`, [
    ...beginnings,
    ...endings,
  ]);
}

/** Hosts that fit two rules at once: `origin.startsWith('https://myapp-') && origin.endsWith('.vercel.app')`. */
export function pairedHosts(first: HostRule, second: HostRule): readonly FittingHost[] {
  const { text, of } = first;
  if (second.at === 'end') {
    const [filled = ''] = endingWith(second.text);
    const looks = first.at === 'start' ? 'begins and ends' : `ends, and whether \`${text}\` stands in it`;
    const beginning = first.at === 'inside' && /^[.-]/.test(text) ? `a${text}` : text;
    return because(`it only looks at how the ${of} ${looks}`, [joined(beginning, filled)]);
  }
  const within = beginningWith(second.text.replace(/^\./, ''));
  const looks = `begins, and whether \`${second.text}\` stands in it`;
  const head = /[.]$/.test(text) ? text : `${text}.`;
  // The text may need the dot in front of it: `app` and `.example.com`.
  return because(`it only looks at how the ${of} ${looks}`, [head + within]);
}

/** Whether two rules can be fitted by one host that neither makes up alone. */
export function canPair(first: HostRule, second: HostRule): boolean {
  if (first.at === 'start') return second.at === 'end' || second.at === 'inside';
  return first.at === 'inside' && second.at === 'end';
}

function beginningWith(text: string): string {
  return /[.-]$/.test(text) ? text + attackersHost : `${text}.${attackersHost}`;
}

/** The attacker's own domain first, then his name under it, then the text itself. */
function endingWith(text: string): readonly string[] {
  // No label begins with `-`, so that `-myteam.vercel.app` wants something in front of it.
  if (/^[.-]/.test(text)) return [`evil${text}`];
  if (!text.includes('.')) return [`evil.${text}`];
  return [`evil${text}`, `evil.${text}`, text];
}

function joined(beginning: string, ending: string): string {
  return /[.-]$/.test(beginning) ? beginning + ending : `${beginning}-${ending}`;
}

function reasonOfEnding(text: string, of: HostRule['of']): string {
  const suffix = text.replace(/^\./, '');
  const isRegistry = sharedHost(suffix)?.naming === 'registry' && sharedHost(suffix)?.suffix === suffix;
  if (isRegistry || (!suffix.includes('.') && suffix !== 'localhost'))
    return `anybody can register a name under \`${suffix}\``;
  return `it only looks at how the ${of} ends`;
}

function because(reason: string, hosts: readonly string[]): readonly FittingHost[] {
  return hosts.map((host) => ({ host, because: reason }));
}
