import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { GlusterVolume } from '../storage-nodes.js';

/** Lists have to be named: an XML element that occurs once looks like a plain one. */
const LISTS = new Set(['volumes.volume', 'bricks.brick', 'options.option', 'peerStatus.peer', 'hostnames.hostname']);

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: true,
  isArray: (_name, path) => LISTS.has(String(path).split('.').slice(-2).join('.')),
});

/** An empty element is an empty text to the parser, whatever it would hold otherwise. */
function orEmpty<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === '' ? undefined : value), schema.optional());
}

const answer = z.object({
  cliOutput: z.object({
    opRet: z.coerce.number(),
    opErrstr: z.string().default(''),
    volInfo: z.unknown().optional(),
    peerStatus: z.unknown().optional(),
  }),
});

const volumes = z.object({
  volumes: orEmpty(
    z.object({
      volume: z
        .array(
          z.object({
            name: z.string(),
            statusStr: z.string(),
            bricks: orEmpty(z.object({ brick: z.array(z.object({ name: z.string() })).default([]) })),
            options: orEmpty(
              z.object({ option: z.array(z.object({ name: z.string(), value: z.string() })).default([]) }),
            ),
          }),
        )
        .default([]),
    }),
  ),
});

const peers = orEmpty(
  z.object({
    peer: z
      .array(
        z.object({
          uuid: z.string(),
          hostname: z.string(),
          hostnames: orEmpty(z.object({ hostname: z.array(z.string()).default([]) })),
          connected: z.string(),
          state: z.string().optional(),
        }),
      )
      .default([]),
  }),
);

/** What gluster says of its own success in `--xml` answers; the exit code alone is not always telling. */
export interface GlusterAnswer {
  readonly opRet: number;
  readonly opErrstr: string;
}

export interface Peer {
  readonly uuid: string;
  readonly names: readonly string[];
  readonly connected: boolean;
  /** Past the handshake: state 3, where gluster says the state at all. */
  readonly befriended: boolean;
}

function parseAnswer(text: string) {
  return answer.parse(parser.parse(text)).cliOutput;
}

/** null where the text is no XML answer. */
export function glusterAnswer(text: string): GlusterAnswer | null {
  if (!text.includes('<cliOutput>')) {
    return null;
  }
  const { opRet, opErrstr } = parseAnswer(text);
  return { opRet, opErrstr };
}

/** @throws Error where the text is no answer to `volume info --xml` */
export function parseVolumeInfo(text: string): readonly GlusterVolume[] {
  const found = volumes.parse(parseAnswer(text).volInfo).volumes?.volume ?? [];
  return found.map((volume) => ({
    name: volume.name,
    started: volume.statusStr === 'Started',
    bricks: (volume.bricks?.brick ?? []).map((brick) => brick.name),
    options: Object.fromEntries((volume.options?.option ?? []).map((option) => [option.name, option.value])),
  }));
}

/** @throws Error where the text is no answer to `pool list --xml` */
export function parsePoolList(text: string): readonly Peer[] {
  const found = peers.parse(parseAnswer(text).peerStatus)?.peer ?? [];
  return found.map((peer) => ({
    uuid: peer.uuid,
    names: [peer.hostname, ...(peer.hostnames?.hostname ?? [])],
    connected: peer.connected === '1',
    befriended: peer.state === undefined || peer.state === '' || peer.state === '3',
  }));
}
