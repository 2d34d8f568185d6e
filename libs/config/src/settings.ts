import { choice, flag, integer, text, url, volumeOptions } from './setting.js';

const anyPort = { min: 0, max: 65_535 };
const milliseconds = { min: 0, max: 3_600_000 };
const postgres = ['postgres', 'postgresql'];
const exec = 'glusterfs.sshexec';

/**
 * Everything that can be configured. Names of the environment and of heketi.json are Heketi's where Heketi has the setting,
 * so that a site can bring its file and its deployment along.
 */
export const settings = {
  host: text('', { env: ['HOST'], help: 'Address to listen on; empty: all interfaces.' }),
  port: integer(8080, anyPort, {
    env: ['PORT', 'HEKETI_HTTP_PORT'],
    file: 'port',
    help: 'Port of the REST API; 0: any free one.',
  }),
  probesPort: integer(0, anyPort, {
    env: ['BRICKYARD_PROBES_PORT'],
    help: 'Port for probes and metrics of a process without an API (`brickyard worker`); 0: none.',
  }),
  probesHost: text('127.0.0.1', {
    env: ['BRICKYARD_PROBES_HOST'],
    help: 'Address of BRICKYARD_PROBES_PORT; no token is asked for there.',
  }),
  databaseUrl: url(postgres, {
    env: ['DATABASE_URL'],
    help: 'Postgres URL; empty: embedded Postgres in the data directory.',
  }),
  databaseOwnerUrl: url(postgres, {
    env: ['DATABASE_OWNER_URL'],
    help: 'Postgres URL for migrations and rebuilds, where the service itself must not own its tables; empty: DATABASE_URL.',
  }),
  databasePoolSize: integer(
    16,
    { min: 2, max: 200 },
    { env: ['DATABASE_POOL_SIZE'], help: 'Connections of one process.' },
  ),
  dataDir: text('./data', { env: ['BRICKYARD_DATA_DIR'], help: 'Folder of the embedded Postgres.' }),
  queueBackend: choice(['auto', 'postgres', 'redis'], 'auto', {
    env: ['QUEUE_BACKEND'],
    help: 'Where jobs queue; auto: redis where REDIS_URL is set, else postgres.',
  }),
  redisUrl: url(['redis', 'rediss'], { env: ['REDIS_URL'], help: 'Redis URL of the queue.' }),
  installationId: text('', {
    env: ['BRICKYARD_INSTALLATION_ID'],
    help: 'The installation whose database must be behind DATABASE_URL (the id is in the log at start-up); empty: any.',
  }),
  executor: choice(
    ['mock', 'ssh', 'kubernetes'],
    'ssh',
    { env: ['HEKETI_EXECUTOR'], file: 'glusterfs.executor', help: 'How nodes are reached.' },
    { '': 'ssh', kube: 'kubernetes' },
  ),
  adminKey: text('', {
    env: ['HEKETI_ADMIN_KEY'],
    file: 'jwt.admin.key',
    secret: true,
    help: 'Key that tokens of the issuer admin are signed with.',
  }),
  userKey: text('', {
    env: ['HEKETI_USER_KEY'],
    file: 'jwt.user.key',
    secret: true,
    help: 'Key that tokens of the issuer user are signed with.',
  }),
  auditorKey: text('', {
    env: ['BRICKYARD_AUDITOR_KEY'],
    secret: true,
    help: 'Key that tokens of the issuer auditor are signed with, who reads everything under /v1 and changes nothing; empty: there is none.',
  }),
  auth: choice(['enabled', 'disabled'], 'enabled', {
    env: ['BRICKYARD_AUTH'],
    help: 'disabled: everybody may do everything.',
  }),
  jwtIatLeewaySeconds: integer(
    120,
    { min: 0, max: 86_400 },
    { env: ['HEKETI_JWT_IAT_LEEWAY_SECONDS'], help: 'How far a client clock may be ahead.' },
  ),
  logLevel: choice(
    ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'],
    'info',
    {
      env: ['LOG_LEVEL', 'HEKETI_GLUSTERAPP_LOGLEVEL'],
      file: 'glusterfs.loglevel',
      help: 'Least severe level that is logged.',
    },
    { none: 'silent', critical: 'fatal', warning: 'warn', '': 'info' },
  ),
  queueHoldMs: integer(
    1000,
    { min: 0, max: 30_000 },
    { env: ['BRICKYARD_QUEUE_HOLD_MS'], help: 'How long a poll of a pending operation is held open.' },
  ),
  bodyLimitBytes: integer(
    1_048_576,
    { min: 1024, max: 104_857_600 },
    { env: ['BRICKYARD_BODY_LIMIT_BYTES'], help: 'Largest request body.' },
  ),
  maxEventStreams: integer(
    100,
    { min: 0, max: 100_000 },
    {
      env: ['BRICKYARD_MAX_EVENT_STREAMS'],
      help: 'Streams of events that one process holds open at a time; further ones are refused with 503.',
    },
  ),
  maxInflightOperations: integer(
    0,
    { min: 0, max: 1_000_000 },
    {
      env: ['HEKETI_MAX_INFLIGHT_OPERATIONS'],
      file: 'glusterfs.max_inflight_operations',
      help: 'Operations in flight before 429; 0: no limit, bursts queue.',
    },
  ),
  idempotencyKeepHours: integer(
    24,
    { min: 24, max: 8760 },
    { env: ['BRICKYARD_IDEMPOTENCY_KEEP_HOURS'], help: 'How long the answer to an Idempotency-Key is kept.' },
  ),
  workerConcurrency: integer(
    32,
    { min: 1, max: 1000 },
    { env: ['BRICKYARD_WORKER_CONCURRENCY'], help: 'Operations that one worker process carries out at a time.' },
  ),
  leaseTtlMs: integer(
    8000,
    { min: 500, max: 600_000 },
    { env: ['BRICKYARD_LEASE_TTL_MS'], help: 'How long a dead worker holds its resources.' },
  ),
  reconcileIntervalMs: integer(
    500,
    { min: 100, max: 600_000 },
    { env: ['BRICKYARD_RECONCILE_INTERVAL_MS'], help: 'How often unfinished operations are looked for.' },
  ),
  sealKey: text('', {
    env: ['BRICKYARD_SEAL_KEY'],
    secret: true,
    help: 'Private key that the seals of the log are signed with (`brickyard audit keygen` makes one); empty: they are not signed.',
  }),
  sealIntervalMs: integer(
    10_000,
    { min: 100, max: 3_600_000 },
    { env: ['BRICKYARD_SEAL_INTERVAL_MS'], help: 'How often what is new in the log is sealed.' },
  ),
  drainTimeoutMs: integer(20_000, milliseconds, {
    env: ['BRICKYARD_DRAIN_TIMEOUT_MS'],
    help: 'Within this a process that is asked to stop has stopped, whatever it is doing.',
  }),
  drainDelayMs: integer(5000, milliseconds, {
    env: ['BRICKYARD_DRAIN_DELAY_MS'],
    help: 'How long the API answers on after SIGTERM, saying that it is not ready; part of BRICKYARD_DRAIN_TIMEOUT_MS.',
  }),
  mockDeviceSizeGiB: integer(
    500,
    { min: 1, max: 1_000_000 },
    { env: ['HEKETI_MOCK_DEVICE_SIZE_GB'], help: 'Size of every device of the mock executor.' },
  ),
  brickMinGiB: integer(1, { min: 1, max: 1_048_576 }, { file: 'glusterfs.brick_min_size_gb', help: 'Smallest brick.' }),
  brickMaxGiB: integer(
    4096,
    { min: 1, max: 1_048_576 },
    { file: 'glusterfs.brick_max_size_gb', help: 'Largest brick.' },
  ),
  maxBricksPerVolume: integer(
    32,
    { min: 1, max: 100_000 },
    { file: 'glusterfs.max_bricks_per_volume', help: 'Bricks of one volume, replicas counted.' },
  ),
  maxVolumesPerCluster: integer(
    0,
    { min: -1_000_000, max: 1_000_000 },
    {
      env: ['HEKETI_GLUSTER_MAX_VOLUMES_PER_CLUSTER'],
      file: 'glusterfs.max_volumes_per_cluster',
      help: 'Volumes of one cluster; 0: 1000, negative: no limit.',
    },
  ),
  averageFileSizeKiB: integer(
    64,
    { min: 1, max: 1_073_741_824 },
    { file: 'glusterfs.average_file_size_kb', help: 'For the size of arbiter bricks.' },
  ),
  preRequestVolumeOptions: volumeOptions({
    env: ['HEKETI_PRE_REQUEST_VOLUME_OPTIONS'],
    file: 'glusterfs.pre_request_volume_options',
    help: 'Volume options before those of the request, comma separated.',
  }),
  postRequestVolumeOptions: volumeOptions({
    env: ['HEKETI_POST_REQUEST_VOLUME_OPTIONS'],
    file: 'glusterfs.post_request_volume_options',
    help: 'Volume options after those of the request, comma separated.',
  }),
  zoneChecking: choice(
    ['none', 'strict'],
    'none',
    {
      env: ['HEKETI_ZONE_CHECKING'],
      file: 'glusterfs.zone_checking',
      help: 'strict: the bricks of a set are in different zones.',
    },
    { '': 'none' },
  ),
  sshKeyFile: text('', { env: ['HEKETI_SSH_KEYFILE'], file: `${exec}.keyfile`, help: 'Private key for the nodes.' }),
  sshUser: text('heketi', { env: ['HEKETI_SSH_USER'], file: `${exec}.user`, help: 'User on the nodes.' }),
  sshPort: integer(
    22,
    { min: 1, max: 65_535 },
    { env: ['HEKETI_SSH_PORT'], file: `${exec}.port`, help: 'SSH port of the nodes.' },
  ),
  sshSudo: flag(false, {
    env: ['BRICKYARD_SSH_SUDO'],
    file: `${exec}.sudo`,
    help: 'Run commands on the nodes through sudo.',
  }),
  glusterCommandsPerCluster: integer(
    8,
    { min: 1, max: 1000 },
    {
      env: ['BRICKYARD_GLUSTER_COMMANDS_PER_CLUSTER'],
      help: 'Gluster commands that one process has under way in a cluster at a time.',
    },
  ),
  nodeSuspectAfterMs: integer(
    5000,
    { min: 100, max: 600_000 },
    {
      env: ['BRICKYARD_NODE_SUSPECT_AFTER_MS'],
      help: 'After this long without an answer to any of its commands a node is suspect, and work on it is held back.',
    },
  ),
} as const;

/** Keys of heketi.json that are read without complaint and have no effect here yet. */
export const acceptedWithoutEffect: readonly string[] = [
  'use_auth',
  'backup_db_to_kube_secret',
  'enable_tls',
  'cert_file',
  'key_file',
  'profiling',
  'default_state',
  'jwt',
  'jwt.admin',
  'jwt.user',
  'glusterfs',
  'glusterfs.db',
  'glusterfs.db_read_only',
  'glusterfs.allocator',
  'glusterfs.auto_create_block_hosting_volume',
  'glusterfs.block_hosting_volume_size',
  'glusterfs.block_hosting_volume_options',
  'glusterfs.disable_monitor_gluster_nodes',
  'glusterfs.start_time_monitor_gluster_nodes',
  'glusterfs.refresh_time_monitor_gluster_nodes',
  'glusterfs.disable_background_cleaner',
  'glusterfs.start_time_background_cleaner',
  'glusterfs.refresh_time_background_cleaner',
  'glusterfs.operation_retry_limits',
  'glusterfs.operation_retry_limits.volume_create',
  'glusterfs.injectexec',
  ...['glusterfs.sshexec', 'glusterfs.kubeexec'].flatMap((section) => [
    section,
    ...[
      'fstab',
      'mountopts',
      'snapshot_limit',
      'rebalance_on_expansion',
      'backup_lvm_metadata',
      'gluster_cli_timeout',
      'pv_data_alignment',
      'vg_physicalextentsize',
      'lv_chunksize',
      'xfs_sw',
      'xfs_su',
      'debug_umount_failures',
      'block_prealloc',
      'lvm_wrapper',
    ].map((key) => `${section}.${key}`),
  ]),
  ...['sudo', 'namespace', 'gluster_daemonset', 'use_pod_names', 'max_connections', 'disable_timeout_prefix'].map(
    (key) => `glusterfs.kubeexec.${key}`,
  ),
];
