/** A certificate for `https:` on one's own machine, made anew for each run: no key lies in the repository. */
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** What Chromium is told to trust. Errors that are merely ignored would keep answers out of its cache. */
  readonly fingerprint: string;
}

export function makeCertificate(): Certificate {
  const folder = mkdtempSync(path.join(tmpdir(), 'cors-certificate-'));
  const [keyFile, certFile] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  try {
    execFileSync(
      'openssl',
      ['req', '-x509', ...curve, '-nodes', '-days', '2', '-subj', '/CN=localhost'].concat([
        ...['-keyout', keyFile],
        ...['-out', certFile],
      ]),
      { stdio: 'pipe' },
    );
    const [key, cert] = [readFileSync(keyFile, 'utf8'), readFileSync(certFile, 'utf8')];
    const spki = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
    return { key, cert, fingerprint: createHash('sha256').update(spki).digest('base64') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
