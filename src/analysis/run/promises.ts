/** A promise of a promise is that promise. */
import type { Run } from '../run.ts';
import type { Guard } from './tree.ts';
import type { Leaf, Settling, Value } from './value.ts';

/** What becomes of the promise, with what becomes of those that it is fulfilled with. */
export function whole(run: Run, promise: Settling): Settling {
  const inner: Settling[] = [];
  const at = (leaf: Leaf): Settling | undefined => {
    if (leaf.type !== 'object' || leaf.nature.is !== 'promise') return undefined;
    const found = whole(run, leaf.nature.promise);
    inner.push(found);
    return found;
  };
  const value = run.decisions.map<Leaf, Leaf>(promise.value, (leaf) => at(leaf)?.value ?? leaf);
  if (inner.length === 0) return promise;
  const none: Value = run.undefined();
  const rejected: Guard = run.decisions.map<Leaf, boolean>(
    promise.value,
    (leaf) => at(leaf)?.rejected ?? false,
  );
  const reason = run.decisions.map<Leaf, Leaf>(promise.value, (leaf) => at(leaf)?.reason ?? none);
  return {
    value,
    phase: Math.max(promise.phase, ...inner.map(({ phase }) => phase)),
    rejected: run.decisions.or(promise.rejected, rejected),
    reason: run.pick(promise.rejected, promise.reason, reason),
    mayFail: promise.mayFail || inner.some(({ mayFail }) => mayFail),
    later: [...promise.later, ...new Set(inner.flatMap(({ later }) => later))],
  };
}
