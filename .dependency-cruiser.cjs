/** The import direction of docs/explanation/architecture.md, as rules. A lib may import only what its line names. */
const layers = {
  kernel: [],
  domain: ['kernel'],
  'event-store': ['kernel'],
  'read-model': ['kernel', 'domain', 'event-store'],
  'storage-nodes': ['kernel', 'domain'],
  'node-simulator': ['kernel'],
  operations: ['kernel', 'domain', 'event-store', 'read-model', 'storage-nodes'],
  drift: ['kernel', 'domain', 'event-store', 'read-model', 'storage-nodes'],
  audit: ['kernel', 'domain', 'event-store'],
  auth: ['kernel'],
  observability: ['kernel'],
  config: ['kernel'],
};
const names = Object.keys(layers);

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '(^|/)main\\.ts$', '\\.spec\\.ts$', '^test/', '\\.(c|m)js$'] },
      to: {},
    },
    ...names.map((name) => ({
      name: `libs-${name}-direction`,
      severity: 'error',
      comment: `libs/${name} may import ${layers[name].join(', ') || 'nothing'}`,
      from: { path: `^libs/${name}/`, pathNot: '\\.spec\\.ts$' },
      to: {
        path: '^(libs|apps|test)/',
        pathNot: [`^libs/${name}/`, ...layers[name].map((n) => `^libs/${n}/src/index\\.ts$`)],
      },
    })),
    {
      name: 'libs-through-their-index',
      severity: 'error',
      comment: 'a lib is used through its index.ts',
      from: { path: '^apps/' },
      to: { path: '^libs/[^/]+/src/', pathNot: '/src/index\\.ts$' },
    },
    {
      name: 'no-tests-in-production',
      severity: 'error',
      from: { path: '^(libs|apps|migrations)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '(\\.spec\\.ts$|^test/)' },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      from: { path: '^libs/(kernel|domain)/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev'] },
    },
    {
      name: 'not-to-dev-dep',
      severity: 'error',
      from: { path: '^(apps|libs|migrations)/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['brickyard-source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
