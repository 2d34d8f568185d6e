import type { Anchor, Finding, VerifyReport } from '#audit';

/** For people: the verdict, what it rests on, then one block for each finding. */
export function verifyText(report: VerifyReport): string {
  const { findings, counts } = report;
  const listed = findings.map(block);
  const left = Object.values(counts).reduce((sum, count) => sum + count, 0) - findings.length;
  const more = left > 0 ? [`${left.toString()} more of these kinds are not listed.\n`] : [];
  return [`${verdict(report)}\n${grounds(report)}`, ...listed, ...more].join('\n');
}

function verdict({ clean, seals, sealedEvents, unsealedEvents, counts }: VerifyReport): string {
  const rest = `${unsealedEvents.toString()} not sealed yet`;
  if (!clean) {
    const what = Object.entries(counts).map(([problem, count]) => `${count.toString()} ${problem}`);
    return `THE LOG IS NOT WHAT WAS SEALED: ${what.join(', ')}`;
  }
  if (seals === 0) return `nothing is proven: there is no seal; ${rest}`;
  return `the log is what was sealed: ${sealedEvents.toString()} events in ${seals.toString()} seals; ${rest}`;
}

/** What the verdict rests on, and what would make it stronger. */
function grounds({ seals, signedSeals, signaturesChecked, anchorsCompared }: VerifyReport): string {
  const signed = `${signedSeals.toString()} of ${seals.toString()} seals are signed`;
  const how = signaturesChecked
    ? 'and the signatures were checked'
    : 'and the signatures were not checked (--public-key)';
  const anchors =
    anchorsCompared === 0
      ? 'no anchors were compared (--anchors): seals that are gone from the end would not show'
      : `${anchorsCompared.toString()} anchors were compared`;
  return `${signed}, ${how}\n${anchors}\n`;
}

function block({ problem, seal, eventId, detail }: Finding): string {
  const lines = [
    ...(seal === null ? [] : [`seal   ${seal.toString()}`]),
    ...(eventId === null ? [] : [`event  ${eventId}`]),
  ];
  return `${problem.toUpperCase()}\n  ${detail}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** One line for each, the newest first. */
export function anchorsText(anchors: readonly Anchor[]): string {
  if (anchors.length === 0) return 'there is no seal yet\n';
  const rows = anchors.map(({ number, totalEvents, sealedAt, hash, keyId }) =>
    [
      number.toString().padStart(8),
      totalEvents.toString().padStart(10),
      sealedAt.padEnd(27),
      hash,
      keyId ?? 'unsigned',
    ].join('  '),
  );
  return `${['SEAL'.padStart(8), 'EVENTS'.padStart(10), 'SEALED AT'.padEnd(27), 'HASH'.padEnd(64), 'KEY'].join('  ')}\n${rows.join('\n')}\n`;
}
