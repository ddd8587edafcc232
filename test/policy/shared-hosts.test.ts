import { describe, expect, it } from 'vitest';
import {
  freeTenant,
  isPrivateName,
  registrableName,
  sharedHost,
  tenantOf,
} from '../../src/policy/shared-hosts.ts';

describe('sharedHost', () => {
  it.each([
    ['myapp.vercel.app', 'vercel.app', 'label'],
    ['vercel.app', 'vercel.app', 'label'],
    ['x-3000.app.github.dev', 'app.github.dev', 'random'],
    ['bucket.s3.eu-west-1.amazonaws.com', 's3.eu-west-1.amazonaws.com', 'dotted'],
    ['evil.gitpod.io', 'gitpod.io', 'label'],
    ['3000-x.ws-eu1.gitpod.io', 'ws-eu1.gitpod.io', 'label'],
    ['shop.example.co.uk', 'co.uk', 'registry'],
    ['www.bristol.ac.uk', 'ac.uk', 'closed'],
  ])('%s stands under %s', (host, suffix, naming) => {
    expect(sharedHost(host)).toEqual({ suffix, naming });
  });

  it.each(['example.com', 'notvercel.app', 'localhost', '127.0.0.1', '[::1]', '', '.', 'co.example'])(
    '%j stands under none',
    (host) => expect(sharedHost(host)).toBeUndefined(),
  );
});

describe('tenantOf and registrableName', () => {
  it.each([
    ['myapp.vercel.app', 'myapp', 'myapp.vercel.app'],
    ['pr-1--site.netlify.app', 'site', 'site.netlify.app'],
    ['site--pr-1-a1b2.web.app', 'site', 'site.web.app'],
    ['a1b2.project.pages.dev', 'project', 'project.pages.dev'],
    ['v2-dot-project.appspot.com', 'project', 'project.appspot.com'],
    ['a.b.s3.amazonaws.com', 'a.b', 'a.b.s3.amazonaws.com'],
    ['x.y.co.uk', 'y', 'y.co.uk'],
    ['myapp.vercel.app.', 'myapp', 'myapp.vercel.app'],
    ['vercel.app', undefined, 'vercel.app'],
    ['app.example.com', undefined, 'example.com'],
    ['example.com', undefined, 'example.com'],
    ['localhost', undefined, 'localhost'],
    ['192.168.1.5', undefined, '192.168.1.5'],
    ['[::1]', undefined, '[::1]'],
    ['', undefined, ''],
  ])('%s', (host, tenant, name) => {
    expect(tenantOf(host)).toBe(tenant);
    expect(registrableName(host)).toBe(name);
  });
});

describe('freeTenant', () => {
  it.each([
    ['evil.vercel.app', '.vercel.app', true],
    ['evil-myteam.vercel.app', '-myteam.vercel.app', true],
    ['evilmyapp.vercel.app', 'myapp.vercel.app', true],
    ['myapp.vercel.app', 'https://myapp.vercel.app', false],
    ['evil--mysite.netlify.app', '--mysite.netlify.app', false],
    ['evil.netlify.app', '.netlify.app', true],
    ['mysite--evil.web.app', 'https://mysite--', false],
    ['evil.mysite.pages.dev', '.mysite.pages.dev', false],
    ['evil.cloudfront.net', '.cloudfront.net', true],
    ['d111111abcdef8.cloudfront.net', 'd111111abcdef8.cloudfront.net', false],
    ['evil-3000.csb.app', '-3000.csb.app', true],
    ['evil-uc.a.run.app', '-uc.a.run.app', true],
    ['evil-abcdefghij-uc.a.run.app', '-abcdefghij-uc.a.run.app', false],
    ['myservice-evil-uc.a.run.app', 'https://myservice-', true],
    ['evil.ac.uk', '.ac.uk', false],
    ['evil.example.com', '.example.com', false],
    ['vercel.app', 'vercel.app', false],
  ])('%s, where %s is written: %s', (host, written, isFree) => {
    expect(freeTenant(host, [written])).toBe(isFree);
  });
});

describe('isPrivateName', () => {
  it.each([
    ['localhost', true],
    ['printer.local', true],
    ['db.internal', true],
    ['intranet', true],
    ['example.com', false],
    ['local.example.com', false],
    ['192.168.1.5', false],
  ])('%s: %s', (host, isPrivate) => {
    expect(isPrivateName(host)).toBe(isPrivate);
  });
});
