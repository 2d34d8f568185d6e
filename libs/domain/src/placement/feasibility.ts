/**
 * Whether brick sets can still be filled, by counting.
 *
 * Bricks of one size go to groups (nodes, or zones where checking is strict); a set takes at most one brick of a group. A
 * group with room for c bricks can serve min(c, sets) sets. S sets of n bricks can be filled exactly when the sum of these
 * over all groups is at least S * n (Gale and Ryser's condition, where one side is regular), and a set that takes its
 * bricks from the groups with the most room keeps that true. So no search is needed to know.
 *
 * @param room how many bricks each group has room for; groups that the set in hand has used already are left out of `open`
 * @param open the groups that the set in hand may still use
 * @param missing how many bricks the set in hand still lacks
 * @param sets how many whole sets of `size` bricks come after it
 */
export function canFill(
  room: ReadonlyMap<string, number>,
  open: ReadonlySet<string>,
  missing: number,
  sets: number,
  size: number,
): boolean {
  const left = new Map(room);
  const roomiest = [...open]
    .map((group) => ({ group, bricks: room.get(group) ?? 0 }))
    .filter(({ bricks }) => bricks > 0)
    .sort((a, b) => b.bricks - a.bricks)
    .slice(0, missing);
  if (roomiest.length < missing) return false;
  for (const { group, bricks } of roomiest) left.set(group, bricks - 1);
  let served = 0;
  for (const bricks of left.values()) served += Math.min(bricks, sets);
  return served >= sets * size;
}

/** How many bricks a device takes one after the other, when each must leave something free (Heketi's strict rule). */
export function bricksThatFit(freeKiB: number, brickKiB: number): number {
  return Math.max(0, Math.ceil(freeKiB / brickKiB) - 1);
}
