import type { Command } from 'commander';

interface Group {
  readonly names: readonly string[];
  readonly load: () => Promise<readonly Command[]>;
}

/** A command waits for its own modules only: all of them together take two seconds of a processor. */
const groups: readonly Group[] = [
  { names: ['serve', 'api', 'worker'], load: async () => (await import('./serve.js')).serveCommands() },
  { names: ['migrate', 'admin', 'db'], load: async () => (await import('./database.js')).databaseCommands() },
  { names: ['drift'], load: async () => [(await import('./drift.js')).driftCommand()] },
  { names: ['audit'], load: async () => [(await import('./audit.js')).auditCommand()] },
  { names: ['config'], load: async () => [(await import('./config.js')).configCommand()] },
  { names: ['demo'], load: async () => [(await import('./demo.js')).demoCommand()] },
  { names: ['token', 'request'], load: async () => (await import('./client.js')).clientCommands() },
  { names: ['topology'], load: async () => [(await import('./topology.js')).topologyCommand()] },
  { names: ['show'], load: async () => [(await import('./show.js')).showCommand()] },
  { names: ['history'], load: async () => [(await import('./history.js')).historyCommand()] },
  { names: ['operations'], load: async () => [(await import('./operations.js')).operationsCommand()] },
  { names: ['watch'], load: async () => [(await import('./watch.js')).watchCommand()] },
  { names: ['plan'], load: async () => [(await import('./plan.js')).planCommand()] },
  { names: ['explain'], load: async () => [(await import('./explain.js')).explainCommand()] },
  { names: ['context'], load: async () => [(await import('./context.js')).contextCommand()] },
  {
    names: ['completion'],
    load: async () => [(await import('./completion.js')).completionCommand(() => loadCommands(undefined))],
  },
];

/** The commands among which the one with this name is; all of them where it is none's, for the help. */
export async function loadCommands(name: string | undefined): Promise<readonly Command[]> {
  const wanted = groups.filter(({ names }) => name !== undefined && names.includes(name));
  const loaded = await Promise.all((wanted.length === 0 ? groups : wanted).map(({ load }) => load()));
  return loaded.flat();
}
