import { unreachable, type Reason, type ReasonValues } from '#kernel';
import { bricksPerSet } from '../../volume/brick-sets.js';
import type { Durability } from '../../volume/events.js';
import { counted, gibText, kibText } from '../explain/texts.js';
import type { Remedy } from './remedy.js';

interface Line {
  readonly detail: string;
  readonly values: ReasonValues;
}

/** A remedy as a line of a reason tree: its rule is `remedy`, its values name the kind. */
export function remedyReason(remedy: Remedy, of: 'volume' | 'expansion'): Reason {
  const { detail, values } = line(remedy, of);
  return { rule: 'remedy', detail, values: { kind: remedy.kind, ...values } };
}

function line(remedy: Remedy, of: 'volume' | 'expansion'): Line {
  switch (remedy.kind) {
    case 'size':
      return sizeLine(remedy, of);
    case 'durability':
      return durabilityLine(remedy);
    case 'snapshot-factor':
      return { detail: `with snapshot factor 1 instead of ${remedy.insteadOf} it fits`, values: { factor: 1 } };
    case 'zone-checking':
      return {
        detail:
          'without strict zones (volume option "user.heketi.zone-checking none") it fits: then bricks of one set may be in one zone',
        values: { option: 'user.heketi.zone-checking none' },
      };
    case 'device-tag-match':
      return {
        detail: `without the rule ${remedy.tagRule} it fits, or with devices tagged to match it`,
        values: { tagRule: remedy.tagRule },
      };
    case 'bring-online': {
      const { nodeIds, deviceIds } = remedy;
      const parts = [...nodeIds.map((id) => `node ${id}`), ...deviceIds.map((id) => `device ${id}`)];
      return { detail: `bring ${parts.join(' and ')} online: then it fits`, values: { nodeIds, deviceIds } };
    }
    case 'free-space':
      return freeSpaceLine(remedy);
    case 'add-nodes':
      return addNodesLine(remedy);
    case 'max-bricks-per-volume': {
      const { bricks, insteadOf } = remedy;
      const detail = `with max_bricks_per_volume ${bricks} instead of ${insteadOf} it fits, in smaller bricks`;
      return { detail, values: { maxBricksPerVolume: bricks } };
    }
    default:
      return unreachable(remedy);
  }
}

type Of<K extends Remedy['kind']> = Extract<Remedy, { kind: K }>;

function sizeLine({ sizeGiB, insteadOfGiB }: Of<'size'>, of: 'volume' | 'expansion'): Line {
  const which =
    sizeGiB < insteadOfGiB ? 'it is the largest' : 'being cut into more and smaller bricks, it is the smallest';
  const where = sizeGiB < insteadOfGiB ? 'below' : 'above';
  const what = of === 'volume' ? `a volume of ${sizeGiB} GiB` : `an expansion by ${sizeGiB} GiB`;
  return { detail: `${what} fits now: ${which} ${where} the ${insteadOfGiB} GiB asked for`, values: { sizeGiB } };
}

function durabilityLine({ durability, arbiter }: Of<'durability'>): Line {
  const copies = `with durability ${durabilityText(durability)} it fits`;
  const detail = arbiter
    ? `${copies}, the third brick being an arbiter (volume option "user.heketi.arbiter true")`
    : copies;
  const values = { durability: durability.type, bricksPerSet: bricksPerSet(durability), arbiter: arbiter.toString() };
  return { detail, values };
}

/** As it is asked for: `replicate 3`, `disperse 4+2`. */
function durabilityText(durability: Durability): string {
  switch (durability.type) {
    case 'none':
      return 'none';
    case 'replicate':
      return `replicate ${durability.replica}`;
    case 'disperse':
      return `disperse ${durability.data}+${durability.redundancy}`;
  }
}

function freeSpaceLine({ devices }: Of<'free-space'>): Line {
  const parts = devices.map(
    ({ deviceId, nodeId, freeMoreKiB }) => `${kibText(freeMoreKiB)} on device ${deviceId} of node ${nodeId}`,
  );
  const sumKiB = devices.reduce((sum, { freeMoreKiB }) => sum + freeMoreKiB, 0);
  return {
    detail: `free ${parts.join(' and ')}: then it fits`,
    values: { deviceIds: devices.map(({ deviceId }) => deviceId), freeMoreKiB: sumKiB },
  };
}

function addNodesLine({ nodes, inNewZones, moreThanKiB, tagRule }: Of<'add-nodes'>): Line {
  const zones = inNewZones ? `, in ${nodes === 1 ? 'a new zone' : `${nodes} new zones`}` : '';
  const each = nodes === 1 ? 'a device' : 'a device each';
  const tagged = tagRule === null ? '' : ` that matches ${tagRule}`;
  const device = `${each} of more than ${gibText(moreThanKiB)} free${tagged}`;
  return {
    detail: `with ${counted(nodes, 'more node')}${zones}, with ${device}, it fits`,
    values: { nodes, newZones: inNewZones ? nodes : 0, moreThanKiB, ...(tagRule === null ? {} : { tagRule }) },
  };
}
