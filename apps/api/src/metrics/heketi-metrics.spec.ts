import { expect, it } from 'vitest';
import { heketiMetrics } from './heketi-metrics.js';

it('has no sample of devices, nodes and volumes where there are none', async () => {
  const text = await heketiMetrics({ clusters: [], operations: [], lanes: { waiting: 0, longest: 0 } });
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(samples).toContain('heketi_cluster_count 0');
  expect(samples.filter((line) => /^heketi_(device|nodes|volumes|block_volumes)_/.test(line))).toEqual([]);
});
