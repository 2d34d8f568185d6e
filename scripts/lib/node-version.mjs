/** Imported before anything else, and written so that an old Node can read it. */
const needed = [20, 19];

/** One sentence where this Node is too old, else null. */
export function tooOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return null;
  return `Brickyard needs Node ${needed.join('.')} or newer; this is ${process.versions.node}`;
}
