/**
 * In which file a problem is reported. Nobody lints a file again because one that it imports has changed, so a mistake is
 * reported where it stands; where that file cannot see it, in the lowest one that does, at the import that leads there.
 */
import { mistakesIn, type Problem, type ProblemCode } from '../policy/problems.ts';
import { Application } from './application.ts';
import type { Place } from './code.ts';
import type { Following } from './following.ts';
import type { Sources, SourceModule } from './sources.ts';

/** Whether the text of a file can hold a policy. */
type MayHoldPolicy = (module: SourceModule) => boolean;

/** The problems that the application's own file reports. */
export function reportedIn(
  application: Application,
  mayHoldPolicy: MayHoldPolicy,
): readonly Problem<Place>[] {
  const { following, problems } = application;
  if (!following) return [];
  const others = new Others(application, following, mayHoldPolicy);
  return problems.flatMap((problem) => (others.tell(problem) ? [] : (toldHere(problem, following) ?? [])));
}

/** The other files that one needs, and what they see. */
class Others {
  readonly #byPath = new Map<string, Application>();

  constructor(
    readonly application: Application,
    readonly following: Following,
    readonly mayHoldPolicy: MayHoldPolicy,
  ) {}

  /** Whether one of them reports it. */
  tell({ code, cause, places }: Problem<Place>): boolean {
    const { following } = this;
    const { sources } = following;
    // Nearly always.
    if (sources.isOwn(cause)) return false;
    const involved = new Set([cause, ...Object.values(places)].flatMap((place) => sources.of(place) ?? []));
    const [mistake = ''] = mistakesOf(code, cause, sources);
    return sources.all.some((module) => {
      if (module === sources.entry || !this.mayHoldPolicy(module)) return false;
      const isIts = module === sources.of(cause);
      const reached = following.reachedFrom(module);
      if (!isIts && [...involved].some((one) => !reached.has(one))) return false;
      const other = this.#application(module);
      return (isIts || this.#comesFirst(other)) && sees(other, mistake);
    });
  }

  #application(module: SourceModule): Application {
    let other = this.#byPath.get(module.path);
    if (!other) {
      const { settings, modules } = this.application;
      this.#byPath.set(module.path, (other = new Application(module, settings, modules)));
    }
    return other;
  }

  /** The file that is imported comes first; of two that import each other, that of the lower name. */
  #comesFirst({ entry: other, following }: Application): boolean {
    const { entry } = this.application;
    const isCircle = following?.sources.all.some(({ path }) => path === entry.path);
    return !isCircle || other.path < entry.path;
  }
}

/** Whether the application has that mistake, and can say so in its own file. */
function sees({ problems, following }: Application, mistake: string): boolean {
  if (!following) return false;
  const { sources } = following;
  return problems.some(
    (problem) =>
      mistakesOf(problem.code, problem.cause, sources).includes(mistake) &&
      toldHere(problem, following) !== undefined,
  );
}

/** Which mistakes it is and includes, whichever file is looked at. */
function mistakesOf(code: ProblemCode, cause: Place, sources: Sources): readonly string[] {
  const module = sources.of(cause);
  const base = module?.base ?? 0;
  const at = `${module?.path}:${cause.start - base}:${cause.end - base}`;
  return mistakesIn(code).map((mistake) => `${mistake}:${at}`);
}

/** The problem, as it can be told in the file: what stands in another one is named, and cannot be edited from here. */
function toldHere(problem: Problem<Place>, following: Following): Problem<Place> | undefined {
  const { sources } = following;
  const { cause } = problem;
  if (sources.isOwn(cause)) return ownOnly(problem, sources);
  const module = sources.of(cause);
  const at = module && following.wayTo(module);
  if (!at) return undefined;
  const elsewhere = ` It stands in \`${sources.tellFile(module)}\`, line ${sources.line(cause)}.`;
  const { code, data } = problem;
  return { code, cause: at, data: { ...data, elsewhere }, places: {} };
}

/** Without what would have to be edited in another file. */
function ownOnly(problem: Problem<Place>, sources: Sources): Problem<Place> {
  const { places, repairs } = problem;
  const own = Object.entries(places).filter(([, place]) => sources.isOwn(place));
  const mine = repairs?.filter(({ at }) => sources.isOwn(at));
  if (own.length === Object.keys(places).length && mine?.length === repairs?.length) return problem;
  return { ...problem, places: Object.fromEntries(own), ...(mine && { repairs: mine }) };
}
