import type { NodeAddress, StorageNodes } from '#storage-nodes';

/** Stands before every call to a node. */
export interface NodeGuard {
  /** @throws where the node must not be called */
  enter(node: NodeAddress): void;
  /** Is told what a call has thrown. */
  failed(error: unknown): void;
}

/** The nodes as steps get them: whatever they call goes past the guard. */
export function guardedNodes(nodes: StorageNodes, guard: NodeGuard): StorageNodes {
  const on = async <T>(node: NodeAddress, work: () => Promise<T>): Promise<T> => {
    guard.enter(node);
    try {
      return await work();
    } catch (error) {
      guard.failed(error);
      throw error;
    }
  };
  return {
    takeOver: (node, call) => on(node, () => nodes.takeOver(node, call)),
    nodeInstallation: (node, call) => on(node, () => nodes.nodeInstallation(node, call)),
    forgetNode: (node, call) => on(node, () => nodes.forgetNode(node, call)),
    glusterdRunning: (node, call) => on(node, () => nodes.glusterdRunning(node, call)),
    hasPeers: (node, call) => on(node, () => nodes.hasPeers(node, call)),
    ensurePeer: (via, host, call) => on(via, () => nodes.ensurePeer(via, host, call)),
    removePeer: (via, host, call) => on(via, () => nodes.removePeer(via, host, call)),
    ensureDevice: (node, device, call) => on(node, () => nodes.ensureDevice(node, device, call)),
    measureDevice: (node, device, call) => on(node, () => nodes.measureDevice(node, device, call)),
    removeDevice: (node, device, call) => on(node, () => nodes.removeDevice(node, device, call)),
    ensureBrick: (node, brick, options, call) => on(node, () => nodes.ensureBrick(node, brick, options, call)),
    removeBrick: (node, brick, call) => on(node, () => nodes.removeBrick(node, brick, call)),
    ensureVolume: (via, spec, options, call) => on(via, () => nodes.ensureVolume(via, spec, options, call)),
    ensureVolumeStarted: (via, name, call) => on(via, () => nodes.ensureVolumeStarted(via, name, call)),
    ensureVolumeStopped: (via, name, call, owner) => on(via, () => nodes.ensureVolumeStopped(via, name, call, owner)),
    removeVolume: (via, name, call, owner) => on(via, () => nodes.removeVolume(via, name, call, owner)),
    ensureBricksInVolume: (via, spec, call) => on(via, () => nodes.ensureBricksInVolume(via, spec, call)),
    removeBricksFromVolume: (via, spec, call) => on(via, () => nodes.removeBricksFromVolume(via, spec, call)),
    startRebalance: (via, name, call) => on(via, () => nodes.startRebalance(via, name, call)),
    volumeInfo: (via, name, call) => on(via, () => nodes.volumeInfo(via, name, call)),
    inspect: (node, call) => on(node, () => nodes.inspect(node, call)),
    close: () => nodes.close(),
  };
}
