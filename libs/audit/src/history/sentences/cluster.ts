import type { ClusterFlags, EventOf } from '#domain';
import type { Sentences } from './sentence.js';

const taken = ({ file, block }: ClusterFlags): string => {
  if (file && block) return 'file and block volumes';
  return file ? 'file volumes only' : block ? 'block volumes only' : 'no new volumes';
};

export const clusterSentences: Sentences<EventOf<'cluster'>['type']> = {
  ClusterCreated: (flags) => `cluster created, for ${taken(flags)}`,
  ClusterFlagsChanged: (flags) => `cluster takes ${taken(flags)} from now on`,
  ClusterDeleted: () => 'cluster deleted',
};
