/** `dotenv`: puts the variables of a file into the environment, from then on. What was read before was read in vain. */
import type { Run } from '../run.ts';
import { NOWHERE, type Native, type Value } from '../run/value.ts';
import type { Library } from './library.ts';

const load: Native = (run, { at }) => {
  // What is run to learn what a loop changes, or what a layer answers, is not the start of the program.
  if (!run.rehearsing && !run.watch) run.environment.load(at, run.guard === true && run.part === 0);
  return run.unknown('call of something unknown', at, { truthy: true });
};

export const dotenvLibrary: Library = {
  modules: ['dotenv'],
  triggers: [],
  exports(run: Run): Value {
    const module = run.plain(NOWHERE);
    const config = run.native('dotenv.config', load);
    for (const name of ['config', 'configDotenv']) run.put(module, name, config, NOWHERE);
    run.put(module, 'default', module, NOWHERE);
    // `populate`, `parse` and the like: they are there, and that is all that is known.
    module.open = run.unknown('a construct that is not modelled', NOWHERE, { truthy: true });
    return module;
  },
};

/** `require('dotenv/config')` loads it by being required. On which path it is cannot be seen here. */
export const dotenvConfigLibrary: Library = {
  modules: ['dotenv/config'],
  triggers: [],
  exports(run: Run): Value {
    if (!run.rehearsing && !run.watch) run.environment.load(NOWHERE, false);
    return run.plain(NOWHERE);
  },
};
