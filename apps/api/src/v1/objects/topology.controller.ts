import type { ObjectSets, TopologyStates } from '#read-model';
import { topologyDiff } from '#read-model';
import { Controller, Inject } from '@nestjs/common';
import { Problem } from '../frame/problem.js';
import type { V1AnswerOf, V1Input } from '../frame/route.js';
import { Input, V1 } from '../frame/v1.decorators.js';
import { AsOfService, momentJson } from './as-of.service.js';
import { objectJson } from './object-json.js';
import { getTopology, getTopologyDiff } from './objects.routes.js';

/** As many as fit into an answer and into memory. */
const MOST_CHANGED = 10_000;

/** All clusters with their nodes and devices, and what became of them between two moments. */
@Controller()
export class TopologyController {
  constructor(@Inject(AsOfService) private readonly asOf: AsOfService) {}

  @V1(getTopology)
  async topology(@Input(getTopology) { query }: V1Input<typeof getTopology>): Promise<V1AnswerOf<typeof getTopology>> {
    const { found, asOf } = await this.asOf.all(query.asOf, (objects) => objects.topology());
    return { clusters: nested(found), asOf };
  }

  @V1(getTopologyDiff)
  diff(
    @Input(getTopologyDiff) { query }: V1Input<typeof getTopologyDiff>,
  ): Promise<V1AnswerOf<typeof getTopologyDiff>> {
    return this.asOf.between(query.from, query.to, async (history, from, to) => {
      const sets = await history.changed(from.position, to.position, MOST_CHANGED);
      if (sets === null) throw tooMuch();
      return { from: momentJson(from), to: momentJson(to), ...diffJson(sets) };
    });
  }
}

function nested({ clusters, nodes, devices }: TopologyStates): V1AnswerOf<typeof getTopology>['clusters'] {
  const devicesOf = groupBy(devices, ({ nodeId }) => nodeId);
  const nodesOf = groupBy(nodes, ({ clusterId }) => clusterId);
  return clusters.map((cluster) => ({
    ...objectJson.cluster(cluster),
    nodes: (nodesOf.get(cluster.clusterId) ?? []).map((node) => ({
      ...objectJson.node(node),
      devices: (devicesOf.get(node.nodeId) ?? []).map(objectJson.device),
    })),
  }));
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}

function diffJson({ before, after }: { readonly before: ObjectSets; readonly after: ObjectSets }) {
  const inAnswers = (sets: ObjectSets) => ({
    clusters: sets.cluster.map(objectJson.cluster),
    nodes: sets.node.map(objectJson.node),
    devices: sets.device.map(objectJson.device),
    volumes: sets.volume.map(objectJson.volume),
  });
  return topologyDiff(inAnswers(before), inAnswers(after));
}

function tooMuch(): Problem {
  const detail = `More than ${MOST_CHANGED} objects changed in between: ask for a shorter time, or read /v1/audit/events`;
  return new Problem({ kind: 'unprocessable', detail });
}
