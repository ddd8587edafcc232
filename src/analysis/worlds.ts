/**
 * The same code in other worlds: with a variable of the environment missing, with samples in all of them, in
 * development. Each is a run of its own, made only where the file reads a variable that the policies depend on.
 */
import { actualRequest, type Policy } from '../policy/policy.ts';
import { STRANGER } from '../policy/judge/access.ts';
import { judgeEarly, judgeListing, judgeLoopbackPairs, judgeUnset } from '../policy/judge/worlds.ts';
import type { Comparison } from '../policy/comparison.ts';
import type { Problem } from '../policy/problems.ts';
import type { Place } from './code.ts';
import type { Layer } from './libraries/layer.ts';
import type { Environment, World } from './run/world.ts';

/** What came of running the file in one world. */
export interface Seen {
  readonly layers: readonly Layer[];
  readonly environment: Environment;
}

/** Runs the file in a world; nothing if that takes more steps than a run may. */
export type Look = (world: World) => Seen | undefined;

/** So many variables are unset, each once, and then all of them together. */
const MOST_VARIABLES = 4;
/** `A || B || C`: a variable that is only read while another one is missing goes missing too. */
const MOST_ROUNDS = 3;

/** It says nothing about origins, and nearly every server reads it. */
const NO_ORIGINS: ReadonlySet<string> = new Set(['NODE_ENV', 'PORT']);

/** A variable that is named like a list: `ALLOWED_ORIGINS`, `corsWhitelist`. */
const NAMED_LIKE_A_LIST =
  /(?:ORIGINS|DOMAINS|HOSTS|URLS|URIS|SITES|CLIENTS|FRONTENDS|WHITE_?LIST|ALLOW_?LIST|_LIST)$/i;

/** What a variable may hold: an origin, the host that the code makes one of, a list that the code parses. */
const SAMPLES = [originOf, hostOf, listOf] as const;

/** Several origins, divided in every usual way: each way of splitting leaves one of `PIECES` alone. */
const SEVERAL = `${piece(0)},${piece(1)},${piece(2)} ${piece(3)} ${piece(4)};${piece(5)};${piece(6)}|${piece(7)}|${piece(8)}, ${piece(9)}, ${piece(10)}\n${piece(11)}\n${piece(12)}`;
const PIECES = [1, 3, 5, 7, 9, 11].map(piece);

/**
 * The problems that only show in another world.
 *
 * @param production the file as it was run in the world that all other problems are found in.
 * @param look runs it in another world.
 * @param lineOf the line of a place, as it is told.
 */
export function judgeWorlds(
  production: Seen,
  configured: World,
  look: Look,
  lineOf: (place: Place) => string,
): readonly Problem<Place>[] {
  const { read } = production.environment;
  // Nothing to switch, nothing to run twice.
  if (read.size === 0) return [];
  const asked = new Worlds(production, configured, look, lineOf);
  const variables = [...read.keys()].some((name) => !NO_ORIGINS.has(name) && !configured.variables.has(name));
  return [
    ...(variables && production.layers.length > 0 ? asked.variables() : []),
    ...(read.has('NODE_ENV') ? asked.development() : []),
  ];
}

class Worlds {
  readonly #sampled = new Map<(name: string) => string, ReadonlyMap<string, Layer>>();

  constructor(
    readonly production: Seen,
    readonly configured: World,
    readonly look: Look,
    readonly lineOf: (place: Place) => string,
  ) {}

  development(): readonly Problem<Place>[] {
    const variables = new Map([...this.configured.variables, ['NODE_ENV', 'development']]);
    const seen = this.look({ ...this.configured, name: 'development', variables });
    const production = byPlace(this.production.layers);
    return [...byPlace(seen?.layers ?? [])].flatMap(([key, layer]) =>
      judgeLoopbackPairs<Place>(layer, production.get(key)),
    );
  }

  variables(): readonly Problem<Place>[] {
    const dependent = this.#dependent();
    const names = [...new Set([...dependent.values()].flat())].slice(0, MOST_VARIABLES);
    const problems = names.flatMap((name) => {
      const keys = [...dependent].flatMap(([key, its]) => (its.includes(name) ? [key] : []));
      const listed = this.#listed(name, keys);
      // Where a list is not split, the list is what is mended.
      const missing = this.#missing(name, keys).filter(
        ({ code, cause }) => code !== 'env-off' || !listed.some((one) => one.cause.start === cause.start),
      );
      return [...missing, ...listed, ...this.#early(name, keys)];
    });
    const blamed = new Set(problems.map(({ cause }) => `${cause.start}`));
    return [
      ...problems,
      ...this.#allMissing(names, dependent).filter(({ cause }) => !blamed.has(`${cause.start}`)),
    ];
  }

  /** The layers, by key, whose origins come from variables, and from which. */
  #dependent(): ReadonlyMap<string, readonly string[]> {
    const read = [...this.production.environment.read.keys()].filter(
      (name) => !this.configured.variables.has(name),
    );
    const found = new Map<string, readonly string[]>();
    for (const sample of [originOf, listOf]) {
      const layers = this.#sample(sample);
      for (const [key, layer] of layers) {
        if (found.has(key)) continue;
        const texts = textsOf(layer);
        const names = read.filter((name) => texts.some((text) => text.includes(hostOf(name))));
        if (names.length > 0) found.set(key, names);
      }
      // `JSON.parse` throws on a plain origin, and what comes after it is not there.
      if (layers.size >= this.production.layers.length) break;
    }
    return found;
  }

  /** The layers where every variable holds its sample. */
  #sample(sample: (name: string) => string): ReadonlyMap<string, Layer> {
    let layers = this.#sampled.get(sample);
    if (!layers) {
      layers = byPlace(this.look({ ...this.configured, name: 'sampled', sample })?.layers ?? []);
      this.#sampled.set(sample, layers);
    }
    return layers;
  }

  /** The layer with the sample that makes it let in an origin of that name, and the origin. */
  #given(key: string, name: string): { readonly given: Layer; readonly origin: string } | undefined {
    for (const sample of SAMPLES) {
      const given = this.#sample(sample).get(key);
      const origin = originsOf(name).find((one) =>
        given
          ?.ask(actualRequest(one))
          .every(({ headers }) => headers.get('access-control-allow-origin')?.value === one),
      );
      if (given && origin !== undefined) return { given, origin };
    }
    return undefined;
  }

  /** What comes of one variable that is missing, and of those that are read in its place. */
  #missing(name: string, keys: readonly string[]): readonly Problem<Place>[] {
    const unset = new Set([name]);
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      const seen = this.look({ ...this.configured, name: 'unset', unset: new Set(unset) });
      if (!seen) return [];
      const problems = this.#judgeUnset([...unset], byPlace(seen.layers), keys);
      if (problems.length > 0) return problems;
      const more = [...seen.environment.read.keys()].filter(
        (one) =>
          !this.production.environment.read.has(one) &&
          !this.configured.variables.has(one) &&
          !unset.has(one),
      );
      if (more.length === 0) return [];
      for (const one of more) unset.add(one);
    }
    return [];
  }

  #allMissing(
    names: readonly string[],
    dependent: ReadonlyMap<string, readonly string[]>,
  ): readonly Problem<Place>[] {
    const several = [...dependent].filter(([, its]) => its.length > 1);
    if (several.length === 0) return [];
    const seen = this.look({ ...this.configured, name: 'unset', unset: new Set(names) });
    const layers = byPlace(seen?.layers ?? []);
    return several.flatMap(([key, its]) => this.#judgeUnset(its, layers, [key]));
  }

  #judgeUnset(
    variables: readonly string[],
    layers: ReadonlyMap<string, Layer>,
    keys: readonly string[],
  ): readonly Problem<Place>[] {
    const name = variables[0] as string;
    return keys.flatMap((key) => {
      const [set, missing] = [this.#given(key, name), layers.get(key)];
      return set && missing ? judgeUnset<Place>({ ...set, variables, missing }) : [];
    });
  }

  #listed(variable: string, keys: readonly string[]): readonly Problem<Place>[] {
    if (!NAMED_LIKE_A_LIST.test(variable)) return [];
    const variables = new Map([...this.configured.variables, [variable, SEVERAL]]);
    const layers = byPlace(this.look({ ...this.configured, variables })?.layers ?? []);
    return keys.flatMap((key) => {
      const [set, several] = [this.#given(key, variable), layers.get(key)];
      return set && several ? judgeListing<Place>({ ...set, variable, several, pieces: PIECES }) : [];
    });
  }

  #early(variable: string, keys: readonly string[]): readonly Problem<Place>[] {
    const { early, loadedAt: loaded } = this.production.environment;
    const read = early.get(variable);
    if (!read || !loaded) return [];
    const world: World = { ...this.configured, name: 'sampled', sample: originOf, late: new Set([variable]) };
    const layers = byPlace(this.look(world)?.layers ?? []);
    return keys.flatMap((key) => {
      const [set, late] = [this.#given(key, variable), layers.get(key)];
      const line = this.lineOf(loaded);
      return set && late ? judgeEarly<Place>({ ...set, variable, line, read, loaded, late }) : [];
    });
  }
}

/** Layers, by the place where they were made; one place may make several, in the same order in every world. */
export function byPlace(layers: readonly Layer[]): ReadonlyMap<string, Layer> {
  const found = new Map<string, Layer>();
  const counts = new Map<string, number>();
  for (const layer of layers) {
    const place = `${layer.at.start}:${layer.at.end}`;
    const count = (counts.get(place) ?? 0) + 1;
    counts.set(place, count);
    found.set(`${place}:${count}`, layer);
  }
  return found;
}

/** What the policy says of origins: what was written, what it compares with, what it sends. */
function textsOf(policy: Policy<Place>): readonly string[] {
  const noted: Comparison<Place>[] = [];
  const outcomes = policy.ask(actualRequest(STRANGER), { noted });
  return [
    ...policy.origins.map(({ text }) => text),
    ...noted.map(({ operand }) => operand),
    ...outcomes.map(({ headers }) => headers.get('access-control-allow-origin')?.value ?? ''),
    // The source of an expression: its dots may be escaped.
  ].map((text) => text.replaceAll('\\', ''));
}

/** A host that tells which variable it was the sample of. */
function hostOf(name: string): string {
  return `env-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.example`;
}

function originOf(name: string): string {
  return `https://${hostOf(name)}`;
}

/** Origins that may be let in then: some code wants a subdomain. */
function originsOf(name: string): readonly string[] {
  return [originOf(name), `https://www.${hostOf(name)}`];
}

function listOf(name: string): string {
  return JSON.stringify([originOf(name)]);
}

function piece(index: number): string {
  return `https://piece-${index}.example`;
}
