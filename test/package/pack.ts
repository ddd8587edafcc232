import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { pack } from './projects.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the packed plugin lies. */
    tarball: string;
  }
}

export default function setup({ provide }: TestProject): () => void {
  const dir = mkdtempSync(path.join(tmpdir(), 'cors-tarball-'));
  provide('tarball', pack(dir));
  return () => rmSync(dir, { recursive: true, force: true });
}
