import { expect, it } from 'vitest';
import { Canaries } from './canaries.js';

const encoders: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'in hex': (text) => Buffer.from(text).toString('hex'),
  'in a URL': (text) => encodeURIComponent(`a b${text}`),
  'in Base64': (text) => Buffer.from(text).toString('base64'),
  'in Base64 behind one byte': (text) => Buffer.from(`:${text}:`).toString('base64'),
  'in Base64 behind two bytes': (text) => Buffer.from(`me:${text}`).toString('base64url'),
  'in JSON in JSON': (text) => JSON.stringify(JSON.stringify({ text })),
};

it.each(Object.entries(encoders))('a canary is found %s', (_name, encode) => {
  const canaries = new Canaries();
  canaries.plant('elsewhere');
  const text = `before ${encode(canaries.plant('here'))} after`;
  expect(canaries.sightings('there', text)[0]).toMatch(/^here, in there: before /);
  expect(canaries.sightings('there', text.replace(/before .*/, ''))).toEqual([]);
});

it('a part of a canary is found, and what has the form of a secret', () => {
  const canaries = new Canaries();
  const canary = canaries.plant('here');
  expect(canaries.sightings('there', `x${canary.slice(0, 12)}`)[0]).toMatch(/^a part of a canary, in there/);
  expect(canaries.sightings('there', '-----BEGIN PRIVATE KEY-----')[0]).toMatch(/^a private key/);
  expect(canaries.sightings('there', `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}`)[0]).toMatch(/^a token/);
});
