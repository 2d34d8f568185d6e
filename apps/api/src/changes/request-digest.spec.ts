import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterCreateContract } from '../contracts/cluster.js';
import { type Contract, readContract } from '../contracts/contract.js';
import { nodeAddContract } from '../contracts/node.js';
import { tagsContract } from '../contracts/tags.js';
import { volumeCreateContract } from '../contracts/volume.js';
import { requestDigest } from './request-digest.js';

/** The digest of a body as it came over the wire. */
function digestOf(text: string, contract: Contract<unknown> = volumeCreateContract): string {
  return requestDigest('POST', '/things', readContract(contract, Buffer.from(text)));
}

describe('the digest of a request', () => {
  it.each([
    ['{"size":1,"name":"v"}', ' { "name" : "v",\n"size":1 } '],
    ['{"size":1,"name":"v"}', '{"SIZE":1,"Name":"v"}'],
    ['{"size":1}', '{"size":1,"unknown":[{}],"name":"","gid":0,"block":false,"clusters":[],"durability":{}}'],
    ['{"size":1}', '{"size":2,"size":1,"name":null}'],
    [
      '{"size":1}',
      '{"size":1,"durability":{"type":"","replicate":{"replica":0}},"snapshot":{"enable":false,"factor":0}}',
    ],
    ['{"size":1,"snapshot":{"enable":true,"factor":1.5}}', '{"size":1,"snapshot":{"factor":15e-1,"enable":true}}'],
    ['{"size":1,"name":"\\u0061"}', '{"size":1,"name":"a"}'],
  ])('is the same for %s and %s', (one, other) => {
    expect(digestOf(one)).toBe(digestOf(other));
  });

  it.each([
    ['{"size":1}', '{"size":2}'],
    ['{"size":1,"name":"v"}', '{"size":1,"name":"V"}'],
    ['{"size":1,"clusters":["ab","c"]}', '{"size":1,"clusters":["a","bc"]}'],
    ['{"size":1,"clusters":["a","b"]}', '{"size":1,"clusters":["b","a"]}'],
    ['{"size":1,"glustervolumeoptions":[]}', '{"size":1,"glustervolumeoptions":[""]}'],
    ['{"size":1,"durability":{"replicate":{"replica":2}}}', '{"size":1,"durability":{"disperse":{"data":2}}}'],
    ['{"size":1,"snapshot":{"enable":true}}', '{"size":1,"block":true}'],
  ])('differs for %s and %s', (one, other) => {
    expect(digestOf(one)).not.toBe(digestOf(other));
  });

  it('knows what is true where it is left out', () => {
    const digest = (text: string): string => digestOf(text, clusterCreateContract);
    expect(digest('')).toBe(digest('{"block":true,"file":true}'));
    expect(digest('{}')).not.toBe(digest('{"block":false}'));
  });

  it('takes every tag for what it is', () => {
    const digest = (tags: string): string => digestOf(`{"change_type":"set","tags":${tags}}`, tagsContract);
    expect(digest('{"a":"x","b":"y"}')).toBe(digest('{"b":"y","a":"x"}'));
    expect(digest('{"a":""}')).not.toBe(digest('{}'));
    expect(digest('{"a":""}')).not.toBe(digest('{"A":""}'));
    expect(digest('{"__proto__":"x"}')).not.toBe(digest('{"constructor":"x"}'));
    expect(digest('{"1":"x","a":"y"}')).toBe(digest('{"a":"y","1":"x"}'));
  });

  it('tells requests apart that differ in method or path alone', () => {
    const digests = [
      requestDigest('POST', '/volumes/a', null),
      requestDigest('DELETE', '/volumes/a', null),
      requestDigest('DELETE', '/volumes/b', null),
      requestDigest('POST', '/volumes', {}),
    ];
    expect(new Set(digests).size).toBe(4);
    expect(digests.every((digest) => /^[0-9a-f]{64}$/.test(digest))).toBe(true);
  });

  it('is the same exactly where the meaning is', () => {
    const body = fc.record({
      zone: fc.integer({ min: 1, max: 3 }),
      cluster: fc.constantFrom('0'.repeat(32), 'a'.repeat(32)),
      hostnames: fc.record({
        manage: fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 2 }),
        storage: fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 2 }),
      }),
      tags: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom('', '1')),
    });
    const reordered = (value: object): string =>
      JSON.stringify(
        Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, member]) => [key.toUpperCase(), member]),
        ),
      );
    fc.assert(
      fc.property(body, body, (one, other) => {
        const same = digestOf(JSON.stringify(one), nodeAddContract) === digestOf(reordered(other), nodeAddContract);
        const normal = ({ tags, ...rest }: typeof one): string => JSON.stringify([rest, Object.entries(tags).sort()]);
        expect(same).toBe(normal(one) === normal(other));
      }),
      { numRuns: 500 },
    );
  });
});
