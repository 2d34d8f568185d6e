import type { EventOf } from '#domain';
import type { Sentences } from './sentence.js';
import { tagWords } from './words.js';

export const nodeSentences: Sentences<EventOf<'node'>['type']> = {
  NodeAddAccepted: ({ nodeId, zone }, { names }) => `addition of ${names.node(nodeId)} accepted, zone ${zone}`,
  NodeAdded: (_, { names, streamId }) => `${names.node(streamId)} added`,
  NodeAddFailed: ({ reason }, { names, streamId }) => `${names.node(streamId)} was not added: ${reason}`,
  NodeHostKeyPinned: ({ fingerprint }, { names, streamId }) =>
    `host key of ${names.node(streamId)} pinned: ${fingerprint}`,
  NodeStateChanged: ({ state }, { names, streamId }) => `${names.node(streamId)} set ${state}`,
  NodeTagsChanged: ({ tags }, { names, streamId }) => `tags of ${names.node(streamId)} changed to ${tagWords(tags)}`,
  NodeDeleteAccepted: (_, { names, streamId }) => `deletion of ${names.node(streamId)} accepted`,
  NodeDeleted: (_, { names, streamId }) => `${names.node(streamId)} deleted`,
  NodeDeleteFailed: ({ reason }, { names, streamId }) => `${names.node(streamId)} was not deleted: ${reason}`,
};
