import { describeStorageNodes } from '#test/storage-nodes-conformance';
import { startSimulatedNodes } from '#node-simulator';
import { GlusterStorageNodes, SshExecutor } from '#storage-nodes';

describeStorageNodes('Gluster over SSH, simulated nodes', async () => {
  const simulated = await startSimulatedNodes();
  const executor = new SshExecutor({
    user: 'root',
    privateKey: simulated.clientPrivateKey ?? '',
    port: simulated.port,
  });
  const nodes = new GlusterStorageNodes(executor);
  return {
    nodes,
    addresses: simulated.nodes.map(({ name, manageHost, storageHost }) => ({
      nodeId: name,
      manageHost,
      storageHost,
      hostKey: null,
    })),
    devicePath: simulated.nodes[0]?.devices[0]?.path ?? '',
    dispose: async () => {
      await nodes.close();
      await simulated.close();
    },
  };
});
