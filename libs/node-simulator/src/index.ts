export type { FaultAction, FaultHandle, FaultRule } from './faults/fault-plan.js';
export type { NodeSnapshot } from './model/snapshot.js';
export type { CommandLogEntry, HostKey, SimulatedNode } from './server/simulated-node.js';
export { startSimulatedNodes, type SimulatedNodes, type SimulatorOptions } from './server/start-simulated-nodes.js';
