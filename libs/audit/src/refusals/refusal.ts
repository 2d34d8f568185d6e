import { type Attribution, maskText, maskTexts, type Reason } from '#kernel';
import { cappedReasons } from './capped-reasons.js';
import { cut } from './cut.js';
import type { RefusalStage, RefusedObject, RefusedRequest } from './events.js';

/** A refused request as the API saw it. */
export interface Refusal {
  readonly at: Date;
  readonly stage: RefusalStage;
  readonly attribution: Attribution;
  readonly method: string;
  /** Without its query, as it came. */
  readonly path: string;
  readonly status: number;
  readonly text: string;
  readonly reasons: readonly Reason[];
  /** The issuer that the token names, whoever made it. */
  readonly claimedIssuer: string | null;
}

const MAX_TEXT_LENGTH = 1_000;
const MAX_PATH_LENGTH = 300;
const MAX_METHOD_LENGTH = 20;
/** Ids have 32; a token that somebody has put into a path has far more. */
const MAX_SEGMENT_LENGTH = 64;

const OBJECT = /^(?:\/v1)?\/(clusters|nodes|devices|volumes|operations)\/([0-9a-f]{32})(?=$|[/:])/;
const idNames = {
  clusters: 'clusterId',
  nodes: 'nodeId',
  devices: 'deviceId',
  volumes: 'volumeId',
  operations: 'operationId',
} as const satisfies Readonly<Record<string, keyof RefusedObject>>;

/** What is recorded of a refused request. Nothing of its body, query or headers is. */
export function refusedRequest({ stage, method, path, status, text, reasons, claimedIssuer }: Refusal): RefusedRequest {
  const { reasons: kept, further } = cappedReasons(reasons);
  return {
    stage,
    method: cut(method, MAX_METHOD_LENGTH),
    path: safePath(path),
    status,
    text: cut(maskText(text.trim()), MAX_TEXT_LENGTH),
    ...objectOf(path),
    ...(claimedIssuer === null ? {} : { claimedIssuer: cut(maskText(claimedIssuer), MAX_SEGMENT_LENGTH) }),
    ...(kept.length === 0 ? {} : { reasons: maskTexts(kept) }),
    ...(Object.keys(further).length === 0 ? {} : { furtherReasons: further }),
  };
}

function objectOf(path: string): RefusedObject {
  const [, kind, id] = OBJECT.exec(path) ?? [];
  return kind === undefined || id === undefined ? {} : { [idNames[kind as keyof typeof idNames]]: id };
}

/** A path for records: without its query, and without what may be a token. */
export function safePath(path: string): string {
  const [bare = ''] = path.split(/[?#]/);
  const segments = bare
    .split('/')
    .map((segment) => (segment.length > MAX_SEGMENT_LENGTH || /:.*@/.test(segment) ? '…' : segment));
  return cut(maskText(segments.join('/')), MAX_PATH_LENGTH);
}
