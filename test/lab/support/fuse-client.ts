import type { Lab, LabNode } from './lab.js';
import { onNode } from './shell.js';

/** A guest as a client of the volume: a real FUSE mount, as an application would have it. */
export class FuseClient {
  readonly #folder: string;

  constructor(
    private readonly lab: Lab,
    private readonly node: LabNode,
    private readonly volume: string,
  ) {
    this.#folder = `/mnt/${volume}`;
  }

  async mount(server: LabNode): Promise<void> {
    await this.#run(
      `mkdir -p ${this.#folder} && mount -t glusterfs ${server.storageHost}:/${this.volume} ${this.#folder}`,
    );
  }

  /** Writes random bytes and returns their checksum. */
  async write(name: string, sizeMiB: number): Promise<string> {
    const path = `${this.#folder}/${name}`;
    // Kept outside the volume as well: the checksum is of what went in, not of what the volume gives back.
    const source = `/run/${name}.source`;
    return this.#run(
      `head -c ${sizeMiB}M /dev/urandom > ${source}
       dd if=${source} of=${path} bs=1M conv=fsync status=none
       sha256sum < ${source} | cut -d' ' -f1
       rm ${source}`,
    );
  }

  async checksum(name: string): Promise<string> {
    return this.#run(`sha256sum < ${this.#folder}/${name} | cut -d' ' -f1`);
  }

  async freeMiB(): Promise<number> {
    return Number(await this.#run(`df --output=avail -BM ${this.#folder} | tail -1 | tr -dc 0-9`));
  }

  async unmount(): Promise<void> {
    await this.#run(`umount ${this.#folder} && rmdir ${this.#folder}`);
  }

  async #run(command: string): Promise<string> {
    return (await onNode(this.lab, this.node, command)).trim();
  }
}
