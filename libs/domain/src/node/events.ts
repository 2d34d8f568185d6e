import type { DomainEvent } from '#kernel';

export type AdminState = 'online' | 'offline' | 'failed';
export type Tags = Readonly<Record<string, string>>;

export interface NodeDescription {
  readonly nodeId: string;
  readonly clusterId: string;
  readonly zone: number;
  /** Names for commands (SSH); only the first is used. */
  readonly manageHostnames: readonly string[];
  /** Names that Gluster knows the node by; only the first is used. */
  readonly storageHostnames: readonly string[];
  readonly tags: Tags;
}

/** The SSH host key that a node showed when it was first met; another one is refused from then on. */
export interface PinnedHostKey {
  readonly algorithm: string;
  /** The public key, base64, as in known_hosts. */
  readonly publicKey: string;
  /** `SHA256:` and the unpadded base64 digest, as `ssh-keygen -lf` prints it. */
  readonly fingerprint: string;
}

export type NodeEvent =
  | DomainEvent<'NodeAddAccepted', NodeDescription & { readonly operationId: string }>
  | DomainEvent<'NodeAdded', { readonly operationId: string }>
  | DomainEvent<'NodeAddFailed', { readonly operationId: string; readonly reason: string }>
  | DomainEvent<'NodeHostKeyPinned', PinnedHostKey>
  | DomainEvent<'NodeStateChanged', { readonly state: AdminState }>
  | DomainEvent<'NodeTagsChanged', { readonly tags: Tags }>
  | DomainEvent<'NodeDeleteAccepted', { readonly operationId: string }>
  | DomainEvent<'NodeDeleted', { readonly operationId: string }>
  | DomainEvent<'NodeDeleteFailed', { readonly operationId: string; readonly reason: string }>;
