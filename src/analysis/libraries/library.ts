/** What a library's file tells the interpreter. One file for each library; nothing else knows it. */
import type { Place } from '../code.ts';
import type { Arguments, Run } from '../run.ts';
import type { Unknown, Value } from '../run/value.ts';

export interface Library {
  /** The names that it is imported by. */
  readonly modules: readonly string[];
  /** A file with none of these words has nothing to do with the library's policies. */
  readonly triggers: readonly string[];
  /** What `require` gives. Named exports are its properties. */
  exports(run: Run): Value;
  /** Recognises a method called on something unknown by the way it is used (`app.use(cors())` on a parameter). */
  observe?(
    run: Run,
    self: Unknown,
    method: string,
    call: Arguments & { readonly at: Place },
  ): Value | undefined;
}
