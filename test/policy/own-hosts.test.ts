import { describe, expect, it } from 'vitest';
import { ownHosts } from '../../src/policy/own-hosts.ts';

describe('ownHosts', () => {
  it.each([
    ['app.example.com', ['app.example.com'], ['example.com', 'b.app.example.com', 'appxexample.com']],
    ['App.Example.com', ['app.example.com'], []],
    [
      '*.vercel.app',
      ['a.vercel.app', 'a.b.vercel.app'],
      ['vercel.app', 'avercel.app', 'a.vercel.app.evil.example'],
    ],
    [
      'myapp-*.vercel.app',
      ['myapp-1.vercel.app', 'myapp-a-b.vercel.app'],
      // The tenant is `evil`.
      ['myapp-.vercel.app', 'myapp.vercel.app', 'myapp-a.evil.vercel.app', 'notmyapp-1.vercel.app'],
    ],
    ['*-team.vercel.app', ['a-team.vercel.app'], ['-team.vercel.app', 'a.b-team.vercel.app']],
    ['pr-*.*.example.com', ['pr-1.a.example.com', 'pr-1.a.b.example.com'], ['pr-1.example.com']],
    ['build-box', ['build-box'], ['a.build-box']],
  ])('%s', (pattern, own, others) => {
    const isOwn = ownHosts(['unrelated.example', pattern]);
    expect(own.filter((host) => !isOwn(host))).toEqual([]);
    expect(others.filter(isOwn)).toEqual([]);
  });

  it('nobody is one’s own where nothing is said', () => {
    expect(ownHosts([])('a.example.com')).toBe(false);
  });
});
