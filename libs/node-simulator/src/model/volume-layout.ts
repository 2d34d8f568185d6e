import type { GlusterBrick, GlusterVolume, VolumeLayout } from './world.js';

export const DISTRIBUTE: VolumeLayout = {
  kind: 'distribute',
  replicaCount: 1,
  arbiterCount: 0,
  disperseCount: 0,
  redundancyCount: 0,
};

/** Bricks of one subvolume: what bricks come and go in. */
export function setSize(layout: VolumeLayout): number {
  return layout.kind === 'disperse' ? layout.disperseCount : layout.replicaCount;
}

export function setCount(volume: GlusterVolume): number {
  return volume.bricks.length / setSize(volume.layout);
}

/** `type` and `typeStr` of `volume info`: distribution over several sets has numbers of its own. */
export function typeOf(volume: GlusterVolume): { number: number; name: string } {
  const distributed = setCount(volume) > 1;
  switch (volume.layout.kind) {
    case 'distribute':
      return { number: 0, name: 'Distribute' };
    case 'replicate':
      return distributed ? { number: 7, name: 'Distributed-Replicate' } : { number: 2, name: 'Replicate' };
    case 'disperse':
      return distributed ? { number: 9, name: 'Distributed-Disperse' } : { number: 4, name: 'Disperse' };
  }
}

/** The arbiter is the last brick of its set. */
export function isArbiter(volume: GlusterVolume, index: number): boolean {
  return volume.layout.arbiterCount > 0 && index % volume.layout.replicaCount === volume.layout.replicaCount - 1;
}

export function brickText({ host, path }: GlusterBrick): string {
  return `${host}:${path}`;
}
