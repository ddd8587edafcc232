/** What the code wrote to the properties of unknown values, by the key of the value. */
import type { Obj } from './value.ts';

export class Shadows {
  readonly #byKey = new Map<string, Obj>();
  /** The keys that begin with a key and a dot: what hangs below it. */
  readonly #below = new Map<string, string[]>();

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): Obj | undefined {
    return this.#byKey.get(key);
  }

  add(key: string, shadow: Obj): void {
    this.#byKey.set(key, shadow);
    for (const above of ancestors(key)) {
      const keys = this.#below.get(above);
      if (keys) keys.push(key);
      else this.#below.set(above, [key]);
    }
  }

  below(key: string): readonly Obj[] {
    return (this.#below.get(key) ?? []).flatMap((one) => this.#byKey.get(one) ?? []);
  }

  /** Only the first ones stay, as many as that. */
  truncate(size: number): void {
    if (this.#byKey.size === size) return;
    // The last to come is the last of every list that it is on.
    for (const key of [...this.#byKey.keys()].slice(size).reverse()) {
      this.#byKey.delete(key);
      for (const above of ancestors(key)) this.#below.get(above)?.pop();
    }
  }
}

/** `a.b.c`: `a`, `a.b`. */
function ancestors(key: string): readonly string[] {
  const found: string[] = [];
  for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) found.push(key.slice(0, dot));
  return found;
}
