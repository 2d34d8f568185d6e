import { describe, expect, it } from 'vitest';
import { DomainError } from '#kernel';
import { chooseCluster, type ClusterFacts, type ClusterWish } from './choose-cluster.js';

const wish: ClusterWish = { block: false, name: 'data', maxVolumesPerCluster: 2 };
const facts = (clusterId: string, changes: Partial<ClusterFacts> = {}): ClusterFacts => ({
  clusterId,
  file: true,
  block: true,
  volumeCount: 0,
  nameTaken: false,
  ...changes,
});

function refusal(clusters: readonly ClusterFacts[], place: () => unknown = () => 'placed', how = wish): DomainError {
  try {
    chooseCluster(clusters, how, place);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('a cluster was chosen');
}

const failing = (text: string) => (): never => {
  throw new DomainError('refused', text, [{ rule: 'below', detail: text }]);
};

describe('which clusters may be asked', () => {
  it('needs one', () => expect(refusal([]).message).toBe('No clusters configured'));

  it.each<[Partial<ClusterFacts>, Partial<ClusterWish>, string]>([
    [{ file: false, block: false }, {}, 'Cluster has disabled all volume types'],
    [{ file: false }, {}, 'Cluster does not support requested volume type'],
    [{ block: false }, { block: true }, 'Cluster does not support requested volume type'],
    [{ nameTaken: true }, {}, "Volume name 'data' already in use"],
    [{ volumeCount: 2 }, {}, 'Cluster has 2 volumes and limit is 2'],
    [{ volumeCount: 7 }, { maxVolumesPerCluster: 5 }, 'Cluster has 7 volumes and limit is 5'],
  ])('%j for %j: %s', (cluster, asked, text) => {
    const error = refusal([facts('c1', cluster)], undefined, { ...wish, ...asked });
    expect(error.message).toBe(text);
    expect(error.kind).toBe('refused');
  });

  it('lists several refusals under a heading, in order', () => {
    const error = refusal([facts('c1', { nameTaken: true }), facts('c2', { file: false })]);
    expect(error.message).toBe(
      'No eligible cluster for volume\n' +
        "Cluster c1: Volume name 'data' already in use\n" +
        'Cluster c2: Cluster does not support requested volume type',
    );
  });

  it('has no limit where it is negative', () => {
    const unlimited = { ...wish, maxVolumesPerCluster: -1 };
    expect(chooseCluster([facts('c1', { volumeCount: 1e6 })], unlimited, () => 1)).toEqual({
      clusterId: 'c1',
      result: 1,
    });
  });
});

describe('trying clusters', () => {
  it('takes the first with room', () => {
    const answers: Record<string, () => string> = {
      c2: failing('No space'),
      c3: failing('No nodes in cluster'),
      c4: () => 'here',
      c5: () => 'never asked',
    };
    const clusters = ['c1', 'c2', 'c3', 'c4', 'c5'].map((id) => facts(id, { nameTaken: id === 'c1' }));
    expect(chooseCluster(clusters, wish, ({ clusterId }) => answers[clusterId]!())).toEqual({
      clusterId: 'c4',
      result: 'here',
    });
  });

  it.each(['No space', 'Maximum number of bricks reached.', 'Minimum brick size limit reached.  Out of space.'])(
    'records "%s" as no space',
    (text) => {
      const error = refusal([facts('c1')], failing(text));
      expect(error.message).toBe('No space');
      expect(error.reasons).toEqual([
        {
          rule: 'cluster',
          detail: 'Cluster c1: No space',
          values: { clusterId: 'c1' },
          because: [{ rule: 'below', detail: text }],
        },
      ]);
    },
  );

  it('lists what each answered; clusters that could not be asked are among the reasons only', () => {
    let calls = 0;
    const place = (): never => failing((calls++).toString() === '0' ? 'No space' : 'No nodes in cluster')();
    const error = refusal([facts('c0', { file: false }), facts('c1'), facts('c2')], place);
    expect(error.message).toBe(
      'Unable to create volume on any cluster:\nCluster c1: No space\nCluster c2: No nodes in cluster',
    );
    expect(error.reasons.map(({ detail }) => detail)).toEqual([
      'Cluster c1: No space',
      'Cluster c2: No nodes in cluster',
      'Cluster c0: Cluster does not support requested volume type',
    ]);
  });

  it('speaks of a few clusters only, however many there are', () => {
    const many = Array.from({ length: 300 }, (_, index) => facts(`c${index.toString()}`));
    const { reasons } = refusal(many, failing('No space'));
    expect(reasons).toHaveLength(11);
    expect(reasons.at(-1)).toEqual({ rule: 'clusters', detail: 'and 290 more clusters', values: { clusters: 290 } });
  });

  it('ends at any other error', () => {
    const error = refusal([facts('c1'), facts('c2')], failing('Invalid tag matching rule: x'));
    expect(error.message).toBe('Invalid tag matching rule: x');
    const broken = (): never => {
      throw new TypeError('bug');
    };
    expect(() => chooseCluster([facts('c1'), facts('c2')], wish, broken)).toThrow(TypeError);
  });
});
