import { readFile } from 'node:fs/promises';
import { type Config, ConfigError } from '#config';
import { keepSecrets, messageOf } from '#kernel';
import { GlusterStorageNodes, MockStorageNodes, SshExecutor, type StorageNodes } from '#storage-nodes';

async function readPrivateKey(file: string): Promise<string> {
  if (file === '')
    throw new ConfigError(['HEKETI_SSH_KEYFILE is not set: the private key with which nodes are reached']);
  try {
    const key = await readFile(file, 'utf8');
    keepSecrets([key]);
    return key;
  } catch (error) {
    throw new ConfigError([`the SSH private key ${file} (HEKETI_SSH_KEYFILE) cannot be read: ${messageOf(error)}`]);
  }
}

/**
 * The configured way to the storage nodes.
 * @param installationId whose they are: a node that carries another one is left alone
 * @throws ConfigError
 */
export async function openNodes(config: Config, installationId: string): Promise<StorageNodes> {
  switch (config.executor) {
    case 'mock':
      return new MockStorageNodes({ deviceSizeGiB: config.mockDeviceSizeGiB });
    case 'ssh': {
      const { sshUser: user, sshPort: port, sshSudo: sudo, nodeSuspectAfterMs: suspectAfterMs } = config;
      const privateKey = await readPrivateKey(config.sshKeyFile);
      const ssh = new SshExecutor({ user, port, sudo, privateKey, suspectAfterMs });
      const { glusterCommandsPerCluster } = config;
      return new GlusterStorageNodes(ssh, { fence: { installationId }, glusterCommandsPerCluster });
    }
    case 'kubernetes':
      throw new ConfigError(['the kubernetes executor is not there yet: set HEKETI_EXECUTOR to ssh or mock']);
  }
}
