import type { HeketiClient } from '../client/heketi-client.js';
import type { Narrator } from './narrator.js';

interface VolumeInfo {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly mount: { readonly glusterfs: { readonly device: string } };
  readonly bricks: readonly { readonly id: string; readonly node: string; readonly path: string }[];
}

const NAME = 'first-volume';

/** The volume that an earlier start made, else a new one. */
export async function ensureFirstVolume(client: HeketiClient, narrator: Narrator): Promise<{ summary: string }> {
  const { volumes } = await client.get<{ volumes: string[] }>('/volumes');
  for (const id of volumes) {
    const volume = await client.get<VolumeInfo>(`/volumes/${id}`);
    if (volume.name === NAME)
      return { summary: `${NAME} is there already, with ${String(volumes.length)} volume(s) in all` };
  }
  const body = { size: 2, name: NAME, durability: { type: 'replicate', replicate: { replica: 3 } } };
  const location = await client.change('POST', '/volumes', body);
  const volume = await client.get<VolumeInfo>(location ?? '/volumes');
  for (const brick of volume.bricks) narrator.detail(`brick ${brick.id} on node ${brick.node}`);
  return { summary: `${volume.name}, ${String(volume.size)} GiB, mount it as ${volume.mount.glusterfs.device}` };
}
