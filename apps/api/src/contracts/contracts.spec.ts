import { DomainError, GoNumber } from '#kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WireError } from '../wire/wire-error.js';
import { clusterCreateContract, clusterFlagsContract } from './cluster.js';
import { type Contract, readContract } from './contract.js';
import { deviceAddContract, deviceDeleteContract } from './device.js';
import { goFloat32, goInt, goStrings } from './go-types.js';
import { isHost, nodeAddContract } from './node.js';
import { stateContract } from './state.js';
import { tagsComplaint, tagsContract } from './tags.js';
import { violationText } from './violations.js';
import { volumeCreateContract, volumeExpandContract } from './volume.js';

const id = '0123456789abcdef0123456789abcdef';

/** The refusal of a body, or `accepted`. */
function outcome<T>(contract: Contract<T>, body: unknown): string {
  try {
    readContract(contract, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
  } catch (error) {
    if (error instanceof WireError) return `${error.status.toString()} ${error.message}`;
    if (error instanceof DomainError) return error.message.replace('validation failed: ', '');
    throw error;
  }
  return 'accepted';
}

describe('texts of broken rules', () => {
  const host = { manage: ['a'], storage: ['b'] };
  const node = { zone: 1, cluster: id, hostnames: host };
  it.each<[Contract<unknown>, unknown, string]>([
    [
      nodeAddContract,
      {},
      'cluster: cannot be blank; hostnames: (manage: cannot be blank; storage: cannot be blank.); zone: cannot be blank.',
    ],
    [nodeAddContract, { ...node, zone: -1 }, 'zone: must be no less than 1.'],
    [nodeAddContract, { ...node, cluster: 'abc' }, 'cluster: abc is not a valid UUID.'],
    [
      nodeAddContract,
      { ...node, hostnames: { ...host, manage: ['a b', 'c'] } },
      'hostnames: (manage: [a b c] is not a valid manage hostname.).',
    ],
    [
      nodeAddContract,
      { ...node, hostnames: { ...host, storage: [''] } },
      'hostnames: (storage: [] is not a valid storage hostname.).',
    ],
    [nodeAddContract, { ...node, tags: { '': 'x' } }, 'tags: tag names may not be empty.'],
    [nodeAddContract, { ...node, cluster: id.toUpperCase() }, 'accepted'],
    [deviceAddContract, {}, 'name: cannot be blank; node: cannot be blank.'],
    [deviceAddContract, { node: id, name: '/dev/sd b' }, 'name: must be in a valid format.'],
    [deviceAddContract, { node: id, name: '/dev/sdb\n' }, 'name: must be in a valid format.'],
    [deviceAddContract, { node: 'x', name: '/dev/disk/by-id/a:1' }, 'node: x is not a valid UUID.'],
    [stateContract, { state: 'x', healcheck: 'y' }, 'healcheck: y is not valid heal info check.'],
    [stateContract, {}, 'state: cannot be blank.'],
    [stateContract, { state: 'Online' }, 'state: Online is not valid state.'],
    [tagsContract, {}, 'change_type: cannot be blank.'],
    [
      tagsContract,
      { change_type: 'nope', tags: { 'a b': '' } },
      'change_type: must be a valid value; tags: invalid characters in tag name a b.',
    ],
    [
      tagsContract,
      { change_type: 'set', tags: { a: 'x'.repeat(65) } },
      'tags: value of tag a: the length must be no more than 64.',
    ],
    [
      tagsContract,
      { change_type: 'set', tags: { ['n'.repeat(33)]: '' } },
      `tags: tag name ${'n'.repeat(33)}: the length must be between 1 and 32.`,
    ],
    [
      tagsContract,
      { change_type: 'set', tags: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`t${i.toString()}`, ''])) },
      'tags: too many tags specified (33), up to 32 supported.',
    ],
    [tagsContract, { change_type: 'set', tags: { a: '\u0000' } }, 'tags: invalid characters in value of tag a.'],
    [volumeCreateContract, {}, 'size: cannot be blank.'],
    [volumeCreateContract, { size: -1, name: 'a b' }, 'name: must be in a valid format; size: must be no less than 1.'],
    [
      volumeCreateContract,
      { size: 1, glustervolumeoptions: ['a\u0000b'] },
      'glustervolumeoptions: must be in a valid format.',
    ],
    [volumeExpandContract, { expand_size: 0 }, 'expand_size: cannot be blank.'],
    [volumeExpandContract, { expand_size: -1 }, 'expand_size: must be no less than 1.'],
  ])('%#: %j', (contract, body, text) => {
    expect(outcome(contract, body)).toBe(text);
  });

  it('nest as ozzo-validation nests them', () => {
    expect(violationText({ b: 'x', a: { d: 'y', c: { e: 'z' } } })).toBe('a: (c: (e: z.); d: y.); b: x.');
  });
});

describe('empty and partial bodies', () => {
  it('mean the defaults where everything is optional', () => {
    expect(readContract(clusterCreateContract, Buffer.from(''))).toEqual({ file: true, block: true });
    expect(readContract(clusterCreateContract, Buffer.from('{"BLOCK":false}'))).toEqual({ file: true, block: false });
    expect(readContract(clusterFlagsContract, Buffer.from('{"file":true}'))).toEqual({ file: true, block: false });
    expect(readContract(deviceDeleteContract, Buffer.from(''))).toEqual({ forceforget: false });
  });

  it('are refused where something is required', () => {
    for (const contract of [
      clusterFlagsContract,
      nodeAddContract,
      deviceAddContract,
      volumeCreateContract,
      tagsContract,
    ]) {
      expect(outcome(contract as Contract<unknown>, '')).toBe('422 request unable to be parsed');
    }
  });
});

describe("Go's types", () => {
  it('int64 takes integers in range, written as integers', () => {
    const isInteger = (raw: string): boolean => goInt.safeParse(new GoNumber(raw)).success;
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (n) => isInteger(n.toString())));
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 63n }), (n) => !isInteger(n.toString()) && !isInteger((-n - 1n).toString())),
    );
    fc.assert(fc.property(fc.integer(), (n) => !isInteger(`${n.toString()}.0`) && !isInteger(`${n.toString()}e0`)));
    for (const other of ['1', true, [], new Map()]) expect(goInt.safeParse(other).success).toBe(false);
  });

  it('float32 takes what a float32 can hold', () => {
    expect(goFloat32.safeParse(new GoNumber('3.5e38')).success).toBe(false);
    expect(goFloat32.parse(new GoNumber('1.5'))).toBe(1.5);
  });

  it('a null in a list of strings is the empty string', () => {
    expect(goStrings.parse(['a', null])).toEqual(['a', '']);
  });

  it('no key is special', () => {
    expect(outcome(volumeCreateContract, '{"__proto__":{"size":5},"constructor":1,"size":1}')).toBe('accepted');
    expect(outcome(tagsContract, '{"change_type":"set","tags":{"__proto__":"x"}}')).toBe('accepted');
  });

  it('a wrong type anywhere is a body that cannot be parsed', () => {
    const good = {
      size: 1,
      durability: { type: 'none', replicate: { replica: 1 } },
      snapshot: { enable: true, factor: 1 },
      clusters: ['a'],
    };
    const wrong = fc.constantFrom<unknown>(1.5, 'x', true, [1], { a: 1 }, [[]]);
    const paths = [
      ['size'],
      ['durability'],
      ['durability', 'type'],
      ['durability', 'replicate', 'replica'],
      ['snapshot', 'enable'],
      ['clusters'],
    ];
    const types = ['number', 'object', 'string', 'number', 'boolean', 'array'];
    const kind = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);
    fc.assert(
      fc.property(fc.nat(paths.length - 1), wrong, (at, value) => {
        fc.pre(kind(value) !== types[at] || value === 1.5 || kind(value) === 'array');
        const body = structuredClone(good) as Record<string, unknown>;
        const path = paths[at]!;
        const parent = path
          .slice(0, -1)
          .reduce<Record<string, unknown>>((o, key) => o[key] as Record<string, unknown>, body);
        parent[path.at(-1)!] = value;
        expect(outcome(volumeCreateContract, body)).toBe('422 request unable to be parsed');
      }),
    );
  });
});

describe('rules', () => {
  it('hostnames are IP addresses or DNS names, and nothing that a shell would read', () => {
    for (const good of ['a', 'a.b.c', '10.0.0.1', '::1', 'fe80::1', 'node-1.example.', 'under_score', '1'])
      expect(isHost(good), good).toBe(true);
    for (const bad of [
      '',
      ' ',
      'a b',
      'a;b',
      '$(id)',
      '-a',
      '.a',
      'a..b',
      'fe80::1%eth0',
      `${'a'.repeat(64)}.b`,
      'a/b',
      'a\n',
    ])
      expect(isHost(bad), bad).toBe(false);
    fc.assert(fc.property(fc.string(), (text) => !isHost(text) || /^[A-Za-z0-9_.:-]+$/.test(text)));
  });

  it('tags are accepted exactly when names and values keep to their limits', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', 'Z', '9', '_', '.', '-', '-', 'b', 'c', ' ', 'é'),
      maxLength: 36,
    });
    const value = fc.string({ unit: fc.constantFrom('a', ' ', '😀', '\u0000', 'é', 'b', 'c'), maxLength: 80 });
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 4 }), (tags) => {
        const allowed = Object.entries(tags).every(
          ([key, text]) =>
            /^[a-zA-Z0-9_.-]{1,32}$/.test(key) && Array.from(text).length <= 64 && !text.includes('\u0000'),
        );
        expect(tagsComplaint(new Map(Object.entries(tags))) === null).toBe(allowed);
      }),
    );
  });

  it('whatever JSON comes, it is read or refused by a wire error', () => {
    const contracts = [
      clusterCreateContract,
      nodeAddContract,
      deviceAddContract,
      volumeCreateContract,
      stateContract,
      tagsContract,
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...(contracts as Contract<unknown>[])),
        fc.oneof(fc.json(), fc.string()),
        (contract, text) => {
          expect(typeof outcome(contract, text)).toBe('string');
        },
      ),
    );
  });
});
