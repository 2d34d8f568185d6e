import type { Durability } from '../../volume/events.js';

/** One change after which a refused placement fits; each is checked by placing again before it is named. */
export type Remedy =
  | { readonly kind: 'size'; readonly sizeGiB: number; readonly insteadOfGiB: number }
  | { readonly kind: 'durability'; readonly durability: Durability; readonly arbiter: boolean }
  | { readonly kind: 'snapshot-factor'; readonly insteadOf: number }
  | { readonly kind: 'zone-checking' }
  | { readonly kind: 'device-tag-match'; readonly tagRule: string }
  | { readonly kind: 'bring-online'; readonly nodeIds: readonly string[]; readonly deviceIds: readonly string[] }
  | { readonly kind: 'free-space'; readonly devices: readonly SpaceToFree[] }
  | {
      readonly kind: 'add-nodes';
      readonly nodes: number;
      readonly inNewZones: boolean;
      readonly moreThanKiB: number;
      /** What tags have to match; null: they do not matter. */
      readonly tagRule: string | null;
    }
  | { readonly kind: 'max-bricks-per-volume'; readonly bricks: number; readonly insteadOf: number };

export interface SpaceToFree {
  readonly deviceId: string;
  readonly nodeId: string;
  readonly freeMoreKiB: number;
}
