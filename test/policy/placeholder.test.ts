import { describe, expect, it } from 'vitest';
import { parseOrigin } from '../../src/policy/origin.ts';
import { placeholderHost } from '../../src/policy/placeholder.ts';

function ownable(text: string): string | undefined {
  const parsed = parseOrigin(text);
  if (!parsed.ok) throw new Error(text);
  return placeholderHost(parsed);
}

describe('placeholderHost', () => {
  it.each([
    ['https://your-frontend.com', 'your-frontend.com'],
    ['https://yourfrontend.netlify.app', 'yourfrontend.netlify.app'],
    ['https://your-domain.com', 'your-domain.com'],
    ['https://yourdomain.com', 'yourdomain.com'],
    ['https://www.yourdomain.com', 'yourdomain.com'],
    ['https://admin.your-domain.co.uk:8443', 'your-domain.co.uk'],
    ['https://your-app.vercel.app', 'your-app.vercel.app'],
    ['https://your-frontend-app.onrender.com', 'your-frontend-app.onrender.com'],
    ['https://your-production-domain.com', 'your-production-domain.com'],
    ['https://your-vercel-app.vercel.app', 'your-vercel-app.vercel.app'],
    ['https://your-app-name.herokuapp.com', 'your-app-name.herokuapp.com'],
    ['https://yourusername.github.io', 'yourusername.github.io'],
    ['https://yourwebsite.com', 'yourwebsite.com'],
    ['https://your-company.io', 'your-company.io'],
    ['https://mydomain.com', 'mydomain.com'],
    ['https://trusted-domain.com', 'trusted-domain.com'],
    ['http://yourdomain.com.', 'yourdomain.com'],
  ])('finds %s', (text, name) => {
    expect(ownable(text)).toBe(name);
  });

  it.each([
    'https://example.com',
    'https://your-app.example.com', // reserved: nobody can own these
    'https://your-domain.example',
    'https://your-domain.test',
    'http://your-app.localhost',
    'https://yourdomain.local',
    'https://your-domain', // nobody can own a name without a dot
    'https://yourkit.com',
    'https://yours.org',
    'https://yourstory.com',
    'https://your-server.de', // a hoster
    'https://yournext.com',
    'https://yourapple.com',
    'https://myapp.com', // may well be the author's own
    'https://my-site.com',
    'https://my-frontend.vercel.app',
    'https://trustedsite.com', // a company
    'https://your-app.mycompany.com', // a subdomain is its owner's
    'https://vercel.app',
    'https://notyourdomain.com',
    'http://127.0.0.1',
    'http://[::1]',
    'null',
    'capacitor://your-app.com',
  ])('is silent about %s', (text) => {
    expect(ownable(text)).toBeUndefined();
  });
});
